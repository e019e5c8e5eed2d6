/**
 * What header fields are made of (RFC 9110 §5). Knows no field but those that belong to the handshake itself.
 *
 * @module
 */

/** Header fields as an application gives them; only `Headers` carries several of one name. */
export type HeaderFields = Headers | Readonly<Record<string, string>>;

/** The pattern of a token (RFC 9110 §5.6.2), to build others from. */
export const tokenPattern = "[!#-'*+.\\dA-Z^-z|~-]+";

const token = new RegExp(`^${tokenPattern}$`);
// RFC 9110 §5.5 field-content: visible characters, SP, HTAB and obs-text; no CR, LF or NUL
const fieldValue = /^[\t -~\x80-\xff]*$/;
const ownField = /^(?:connection|content-length|host|sec-websocket-.*|transfer-encoding|upgrade)$/i;

/** Whether `text` is a token (RFC 9110 §5.6.2). */
export function isToken(text: unknown): text is string {
  return typeof text === "string" && token.test(text);
}

/** Whether the list in the field `name` has `element`, a token, in any case (RFC 9110 §5.6.1, §7.6.1). */
export function hasToken(headers: Headers, name: string, element: string): boolean {
  return new RegExp(`(?:^|,)[ \t]*${element}[ \t]*(?:,|$)`, "i").test(headers.get(name) ?? "");
}

/**
 * A list of different tokens, the option `what`.
 *
 * @throws {TypeError} when it is none.
 */
export function checkTokens(what: string, list: readonly string[]): void {
  if (!Array.isArray(list) || !list.every(isToken) || new Set(list).size < list.length) {
    throw new TypeError(`Cannot use ${what}: not a list of different tokens`);
  }
}

/**
 * A field that may stand in a head.
 *
 * @throws {TypeError} when it may not.
 */
export function checkField(name: string, value: string): void {
  if (!isToken(name) || !fieldValue.test(value)) {
    throw new TypeError(`Cannot send ${name}: not allowed in a head`);
  }
}

/**
 * The fields that an application adds to a handshake, a copy.
 *
 * @throws {TypeError} when one may not stand in a head, or belongs to the handshake.
 */
export function checkFields(fields: HeaderFields = {}): Headers {
  const headers = new Headers(fields);
  for (const [name, value] of headers) {
    checkField(name, value);
    if (ownField.test(name)) throw new TypeError(`Cannot send ${name}: the handshake sets it itself`);
  }
  return headers;
}
