/**
 * Chromium out of an npm package: unpacked once into the artifacts, with the libraries it brings for systems that have
 * none of them (NSS, NSPR, Expat). A person's own browser can be named by `CHROMIUM` instead.
 *
 * @module
 */
import { inflate } from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";
import { artifacts, root } from "./programs.ts";

const packageFolder = `${root}tools/node_modules/@sparticuz/chromium/bin/`;
const folder = `${artifacts}chromium/`;

async function unpack(): Promise<string> {
  const done = `${folder}unpacked`;
  try {
    await Deno.stat(done);
  } catch {
    await Deno.mkdir(folder, { recursive: true });
    // inflate() unpacks into the folder for temporary files and leaves a file that is there as it is.
    await Deno.remove(`${folder}chromium`).catch(() => {});
    Deno.env.set("TMPDIR", folder);
    await Promise.all(["chromium.br", "al2023.tar.br"].map((file) => inflate(`${packageFolder}${file}`)));
    await Deno.writeTextFile(done, "");
  }
  return `${folder}chromium`;
}

/** Starts a headless Chromium that speaks to nobody but the pages it is given. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: Deno.env.get("CHROMIUM") ?? await unpack(),
    chromiumSandbox: false,
    env: { HOME: folder, LD_LIBRARY_PATH: `${folder}al2023/lib` },
    args: [
      "--headless=shell",
      "--no-sandbox",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}
