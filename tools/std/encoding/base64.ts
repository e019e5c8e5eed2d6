/**
 * `@std/encoding/base64` for a checkout that cannot reach its registry: the same functions from npm's `deno-std`,
 * which ships no types, so these are beside this file. What is published imports the real package.
 *
 * @module
 */
// @ts-types="./base64_types.d.ts"
export * from "npm:deno-std@1.4.0/encoding/base64.js";
