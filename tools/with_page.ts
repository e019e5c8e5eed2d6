/**
 * Lets esbuild put the demo's page, built, in the place of what builds it: a worker cannot.
 *
 * @module
 */
import type { Plugin } from "esbuild";
import { buildPage } from "../examples/demo/build_page.ts";

/** Builds the page, and makes the plugin that has it. */
export async function withPage(): Promise<Plugin> {
  const contents = `export const buildPage = () => (${JSON.stringify(await buildPage())});`;
  return {
    name: "with the demo's page",
    setup({ onLoad }) {
      onLoad({ filter: /\/demo\/build_page\.ts$/ }, () => ({ contents }));
    },
  };
}
