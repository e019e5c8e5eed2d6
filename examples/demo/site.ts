/**
 * The demo's page: three files, and the answers to requests for them. Knows nothing of WebSockets.
 *
 * @module
 */
import type { HandshakeRequest } from "@weft/websocket";
import css from "./page.css" with { type: "text" };
import html from "./page.html" with { type: "text" };
import script from "./page.js" with { type: "text" };

const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
  "/": ["text/html", html],
  "/page.css": ["text/css", css],
  "/page.js": ["text/javascript", script],
};

/** The answer to a request that is no upgrade. */
export function answerRequest({ method, url }: HandshakeRequest): Response {
  if (method !== "GET" && method !== "HEAD") {
    return new Response("Only GET is known here\n", { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const file = files[url.pathname];
  if (file === undefined) return new Response("There is nothing here\n", { status: 404 });
  const [type, text] = file;
  return new Response(text, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "cache-control": "no-cache",
      // The page fetches nothing from elsewhere, and this holds it to that.
      "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
    },
  });
}
