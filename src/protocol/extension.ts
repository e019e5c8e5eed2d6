/**
 * What an extension is to the engine and to the handshake (RFC 6455 §9): offers and answers on one side, a
 * codec for messages marked with RSV1 on the other. Knows no extension by name.
 *
 * @module
 */

/**
 * Parameters as they stand in the header, in order, duplicates kept; `true` where a parameter has no value.
 */
export type ExtensionParameters = ReadonlyArray<readonly [name: string, value: string | true]>;

/** One element of `Sec-WebSocket-Extensions` (RFC 6455 §9.1). */
export interface ExtensionElement {
  /** The extension token. */
  readonly name: string;
  /** Its parameters. */
  readonly parameters: ExtensionParameters;
}

/** An extension as the application configures it; it takes part in any number of handshakes. */
export interface Extension {
  /** The extension token of RFC 6455 §9.1. */
  readonly name: string;
  /** Client: the parameter lists to offer, the preferred one first. */
  offer(): readonly ExtensionParameters[];
  /** Server: the answer to one offer, or `undefined` to decline it. Never throws for what a peer sent. */
  accept(offer: ExtensionParameters): AgreedExtension | undefined;
  /** Client: what the server's answer amounts to, or `undefined` when it does not fit the offers. */
  confirm(answer: ExtensionParameters): AgreedExtension | undefined;
}

/** The outcome of one negotiation. */
export interface AgreedExtension {
  /** The extension token. */
  readonly name: string;
  /** The parameters as they stand in the server's answer. */
  readonly parameters: ExtensionParameters;
  /** A codec for one connection. */
  createCodec(): MessageCodec;
}

/**
 * Transforms the messages of one connection; synchronous, in message order, one message at a time each way.
 */
export interface MessageCodec {
  /**
   * Whether an outgoing message is encoded. `length` in bytes, of a text in UTF-16 code units, `undefined`
   * where a stream's is unknown.
   */
  encodes(length: number | undefined, compress: boolean | undefined): boolean;
  /** Encodes the next piece of the outgoing message; the result is never aliased again by the codec. */
  encode(payload: Uint8Array, fin: boolean): Uint8Array;
  /**
   * Names what `encodeShared()` returns: of a message to many connections it is the same for all whose codecs
   * have the same key. Absent, with the two that follow, where each connection has to encode for itself.
   */
  readonly sharedKey?: string;
  /**
   * Encodes a whole message without reference to any other, and takes no note of it. The codec never aliases
   * the result again.
   */
  encodeShared?(payload: Uint8Array): Uint8Array;
  /**
   * Takes note of a whole message that goes out as `encodeShared()` of some codec with the same key has
   * encoded it, in the order of sending: what is encoded later may refer to it.
   */
  noteShared?(payload: Uint8Array): void;
  /**
   * Decodes the next piece of the incoming message. The result is at most `limit` bytes; when it would be
   * more, throws a `ProtocolError` with 1009 before taking the memory. Corrupt data throws one with 1007. The
   * codec never aliases the result again.
   */
  decode(payload: Uint8Array, fin: boolean, limit: number): Uint8Array<ArrayBuffer>;
  /** Frees what the codec holds. */
  close(): void;
}
