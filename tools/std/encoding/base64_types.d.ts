/** Base64 (RFC 4648 §4), padded. */
export function encodeBase64(data: ArrayBuffer | Uint8Array<ArrayBuffer> | string): string;
/** Bytes of a base64 string; throws a `TypeError` or `SyntaxError` on what is none. */
export function decodeBase64(b64: string): Uint8Array<ArrayBuffer>;
