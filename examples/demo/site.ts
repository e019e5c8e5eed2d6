/**
 * The demo's page: bundled by esbuild when a server starts, compressed once, and the answers to requests for it. Knows nothing of
 * WebSockets.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, stop } from "esbuild";

/** What is used of a request. */
export interface SiteRequest {
  readonly method: string;
  readonly url: URL | string;
  readonly headers: Headers;
}

/** A file as it is served, plain and compressed. */
interface SiteFile {
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer>;
}

const types = { html: "text/html", css: "text/css", js: "text/javascript", json: "application/json" };
const folder = new URL("./page/", import.meta.url);

/** The page fetches nothing from elsewhere, and this holds it to that. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The files of the page, by path. */
export class Site {
  readonly #files = new Map<string, SiteFile>();

  /** Bundles the page. `about` is what a server tells of itself, at `/about.json`. */
  static async build(about: unknown): Promise<Site> {
    const site = new Site();
    const [html, { outputFiles }] = await Promise.all([readFile(new URL("page.html", folder)), bundlePage()]);
    site.#add("/", "html", html);
    site.#add("/about.json", "json", new TextEncoder().encode(JSON.stringify(about)));
    for (const { path, contents } of outputFiles) {
      site.#add(`/page.${path.split(".").at(-1)}`, path.endsWith(".css") ? "css" : "js", contents);
    }
    return site;
  }

  #add(path: string, type: keyof typeof types, contents: Uint8Array): void {
    const [plain, gzip] = [new Uint8Array(contents), new Uint8Array(gzipSync(contents, { level: 9 }))];
    this.#files.set(path, { type: `${types[type]}; charset=utf-8`, plain, gzip });
  }

  /** The answer to a request. */
  answer({ method, url, headers }: SiteRequest): Response {
    if (method !== "GET" && method !== "HEAD") {
      return new Response("Only GET is known here\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    const file = this.#files.get(new URL(url).pathname);
    if (file === undefined) return new Response("There is nothing here\n", { status: 404 });
    const isCompressed = acceptsGzip(headers.get("accept-encoding") ?? "");
    return new Response(isCompressed ? file.gzip : file.plain, {
      headers: {
        "content-type": file.type,
        ...(isCompressed ? { "content-encoding": "gzip" } : undefined),
        vary: "accept-encoding",
        "cache-control": "no-cache",
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
      },
    });
  }
}

/** Whether gzip is named, and not with a weight of nothing (RFC 9110 §12.5.3). */
function acceptsGzip(field: string): boolean {
  const coding = field.split(",").find((part) => /^\s*gzip\s*(?:;|$)/i.test(part));
  return coding !== undefined && !/;\s*q=0(?:\.0*)?\s*$/i.test(coding);
}

async function bundlePage() {
  try {
    return await build({
      absWorkingDir: fileURLToPath(new URL("../../", import.meta.url)),
      entryPoints: ["examples/demo/page/page.ts", "examples/demo/page/page.css"],
      outdir: "/",
      write: false,
      bundle: true,
      minify: true,
      format: "esm",
      target: "es2022",
      charset: "utf8",
      logLevel: "error",
    });
  } finally {
    // Its process would keep a runtime alive.
    await stop();
  }
}
