/**
 * The grammar of `Sec-WebSocket-Extensions` (RFC 6455 §9.1), in time linear in the header. Knows no extension.
 *
 * @module
 */

import type { ExtensionElement } from "../protocol/extension.ts";
import { isToken, tokenPattern } from "./fields.ts";

const extensionToken = new RegExp(`[ \\t]*(${tokenPattern})[ \\t]*`, "y");
// No token has a quote in it, so the first quote after the opening one ends a valid value.
const parameterValue = `(?:(${tokenPattern})|"([^"]*)")`;
const extensionParam = new RegExp(
  `;[ \\t]*(${tokenPattern})[ \\t]*(?:=[ \\t]*${parameterValue}[ \\t]*)?`,
  "y",
);

/** The elements of the header's value, `[]` without a header, `undefined` when it is malformed. */
export function parseExtensions(header: string | null): ExtensionElement[] | undefined {
  const elements: ExtensionElement[] = [];
  if (header === null) return elements;
  // §9.1 extension-list = 1#extension
  for (let position = 0;; position++) {
    extensionToken.lastIndex = position;
    const name = extensionToken.exec(header)?.[1];
    if (name === undefined) return undefined;
    position = extensionToken.lastIndex;
    const parameters: [string, string | true][] = [];
    // §9.1 extension = extension-token *( ";" extension-param )
    while (header[position] === ";") {
      extensionParam.lastIndex = position;
      const [, parameter, unquoted, quoted] = extensionParam.exec(header) ?? [];
      const value = unquoted ?? quoted?.replaceAll(/\\(.)/g, "$1") ?? true;
      // §9.1 "the value after quoted-string unescaping MUST conform to the 'token' ABNF"
      if (parameter === undefined || value !== true && !isToken(value)) return undefined;
      parameters.push([parameter, value]);
      position = extensionParam.lastIndex;
    }
    elements.push({ name, parameters });
    if (position === header.length) return elements;
    if (header[position] !== ",") return undefined;
  }
}

/**
 * The header's value for `elements`, `""` for none.
 *
 * @throws {TypeError} when a name or a value is no token.
 */
export function formatExtensions(elements: readonly ExtensionElement[]): string {
  return elements.map(({ name, parameters }) =>
    [
      checkToken(name),
      ...parameters.map(([parameter, value]) =>
        value === true ? checkToken(parameter) : `${checkToken(parameter)}=${checkToken(value)}`
      ),
    ].join("; ")
  ).join(", ");
}

function checkToken(text: string): string {
  if (!isToken(text)) throw new TypeError("Cannot send an extension: a name or a value in it is no token");
  return text;
}
