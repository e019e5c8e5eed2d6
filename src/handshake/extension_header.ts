/**
 * The grammar of `Sec-WebSocket-Extensions` (RFC 6455 §9.1), in time linear in the
 * header. Knows no extension.
 *
 * @module
 */

import type { AgreedExtension, Extension, ExtensionElement } from "../protocol/extension.ts";
import { checkTokens, isToken, tokenPattern } from "./fields.ts";

// §9.1 extension-param = token [ "=" ( token / quoted-string ) ]; the extension's name looks like one too
const parameter = new RegExp(
  `^[ \t]*(${tokenPattern})[ \t]*(?:=[ \t]*(?:(${tokenPattern})|"([^"]*)")[ \t]*)?$`,
);

/** Throws `TypeError` for what is no extension, a name that is no token, and one that is there twice. */
export function checkExtensions(extensions: readonly Extension[]): void {
  if (!Array.isArray(extensions)) throw new TypeError("Cannot use extensions: not a list");
  checkTokens("extensions", extensions.map(({ name }) => name));
  for (const { offer, accept, confirm } of extensions) {
    if ([offer, accept, confirm].some((part) => typeof part !== "function")) {
      throw new TypeError("Cannot use extensions: not an extension");
    }
  }
}

/** The elements of the header's value, `[]` without a header, `undefined` when it is malformed. */
export function parseExtensions(header: string | null): ExtensionElement[] | undefined {
  const elements: ExtensionElement[] = [];
  // §9.1 extension-list = 1#extension; no token has a separator
  // or a quote in it, so no valid value has, quoted or not
  for (const element of header?.split(",") ?? []) {
    const parameters: [string, string | true][] = [];
    // §9.1 extension = extension-token *( ";" extension-param )
    for (const text of element.split(";")) {
      const [, name, unquoted, quoted] = (parameter.exec(text) ?? []) as (string | undefined)[];
      const value = unquoted ?? quoted?.replaceAll(/\\(.)/g, "$1") ?? true;
      // §9.1 "the value after quoted-string unescaping MUST conform to the 'token' ABNF"
      if (name === undefined || value !== true && !isToken(value)) return undefined;
      parameters.push([name, value]);
    }
    const [name, value] = parameters.shift() as [string, string | true];
    if (value !== true) return undefined;
    elements.push({ name, parameters });
  }
  return elements;
}

/**
 * The header's value for `elements`, `""` for none.
 *
 * @throws {TypeError} when a name or a value cannot stand in it.
 */
export function formatExtensions(elements: readonly ExtensionElement[]): string {
  return elements.map(({ name, parameters }) =>
    [[name, true] as const, ...parameters].map(([name, value]) => {
      const text = value === true ? name : `${name}=${value}`;
      if (!parameter.test(text)) throw new TypeError("Cannot use extensions: not a token");
      return text;
    }).join("; ")
  ).join(", ");
}

/** What the first of `elements` comes to that one of `extensions` accepts, or confirms. */
export function agreeOnExtension(
  elements: readonly ExtensionElement[],
  extensions: readonly Extension[],
  how: "accept" | "confirm",
): AgreedExtension | undefined {
  // §9.1 the offers stand in the order "in which the client wishes" them
  for (const { name, parameters } of elements) {
    const agreed = extensions.find((extension) => extension.name === name)?.[how](parameters);
    if (agreed !== undefined) return agreed;
  }
  return undefined;
}
