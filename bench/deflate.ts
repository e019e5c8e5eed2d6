/**
 * The compression part of `deno task bench`, alone.
 *
 * `deno run -A bench/deflate.ts [--rounds=5] [--milliseconds=1000] [--connections=1000]`; `--rounds=0` for the memory alone.
 *
 * @module
 */

import { measureDeflate } from "./deflate/measure.ts";
import { readArguments } from "./program.ts";

await measureDeflate(readArguments());
