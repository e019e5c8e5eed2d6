/**
 * What uPlot sees of the browser: the page's language in place of the browser's, which can be none (`en-US@posix`, where a system has no
 * locale) and would throw. The bundle has it in the place of the global.
 *
 * @module
 */
/// <reference lib="dom" />

/** The one thing that uPlot looks for. */
export const navigator: { readonly language: string } = { language: document.documentElement.lang };
