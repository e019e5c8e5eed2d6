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

/** The path of the executable. Two runs may unpack at once: whoever is done first, puts the folder in place. */
async function unpack(): Promise<string> {
  const executable = `${folder}chromium`;
  if (await Deno.stat(executable).then(() => true, () => false)) return executable;
  const unfinished = `${artifacts}chromium-${Deno.pid}`;
  await Deno.mkdir(unfinished, { recursive: true });
  // inflate() unpacks into the folder for temporary files.
  const temporary = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", unfinished);
  await Promise.all(["chromium.br", "al2023.tar.br"].map((file) => inflate(`${packageFolder}${file}`)));
  if (temporary === undefined) Deno.env.delete("TMPDIR");
  else Deno.env.set("TMPDIR", temporary);
  await Deno.rename(unfinished, folder).catch(() => Deno.remove(unfinished, { recursive: true }));
  return executable;
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
