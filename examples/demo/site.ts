/**
 * The demo's page, and the answers to requests for it. Knows nothing of WebSockets, and of no runtime.
 *
 * @module
 */
import type { PageFile } from "./build_page.ts";

/** What is used of a request. */
export interface SiteRequest {
  readonly method: string;
  readonly url: URL | string;
  readonly headers: Headers;
}

/** The page fetches nothing from elsewhere, and this holds it to that. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Files by path. */
export class Site {
  readonly #files: Readonly<Record<string, PageFile>>;
  readonly #about: PageFile;

  /** Serves the page, and at `/about.json` what the server tells of itself. */
  constructor(files: Readonly<Record<string, PageFile>>, about: unknown) {
    this.#files = files;
    this.#about = { type: "application/json", text: JSON.stringify(about), gzip: "" };
  }

  /** The answer to a request. */
  answer({ method, url, headers }: SiteRequest): Response {
    if (method !== "GET" && method !== "HEAD") {
      return new Response("Only GET is known here\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    const { pathname } = new URL(url);
    const file = pathname === "/about.json" ? this.#about : this.#find(pathname);
    if (file === undefined) return new Response("There is nothing here\n", { status: 404 });
    const isCompressed = file.gzip !== "" && acceptsGzip(headers.get("accept-encoding") ?? "");
    const init: ResponseInit & { readonly encodeBody: "manual" } = {
      headers: {
        "content-type": `${file.type}; charset=utf-8`,
        ...(isCompressed ? { "content-encoding": "gzip" } : undefined),
        vary: "accept-encoding",
        "cache-control": "no-cache",
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
      },
      // workerd would compress it once more.
      encodeBody: "manual",
    };
    return new Response(isCompressed ? decodeBase64(file.gzip) : file.text, init);
  }

  #find(path: string): PageFile | undefined {
    return Object.hasOwn(this.#files, path) ? this.#files[path] : undefined;
  }
}

/** Whether gzip is named, and not with a weight of nothing (RFC 9110 §12.5.3). */
function acceptsGzip(field: string): boolean {
  const coding = field.split(",").find((part) => /^\s*gzip\s*(?:;|$)/i.test(part));
  return coding !== undefined && !/;\s*q=0(?:\.0*)?\s*$/i.test(coding);
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
