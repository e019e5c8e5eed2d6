/**
 * The close codes of RFC 6455 §7.4 and the IANA registry, and who may use which.
 *
 * @module
 */

/** The close codes of RFC 6455 §7.4.1 and the IANA registry (§11.7). */
export const CloseCode = {
  /** The purpose of the connection is fulfilled. */
  NormalClosure: 1000,
  /** An endpoint goes away: a server shuts down, a page is left. */
  GoingAway: 1001,
  /** A peer broke a rule of the protocol. */
  ProtocolError: 1002,
  /** A type of data that cannot be accepted. */
  UnsupportedData: 1003,
  /** Reported where a Close frame held no code; never on the wire. */
  NoStatusReceived: 1005,
  /** Reported where the connection ended without a closing handshake; never on the wire. */
  AbnormalClosure: 1006,
  /** Data that is not what its type says, as text that is not UTF-8. */
  InvalidFramePayloadData: 1007,
  /** A message that breaks a policy. */
  PolicyViolation: 1008,
  /** A message too big to process. */
  MessageTooBig: 1009,
  /** A client misses an extension in the server's answer. */
  MandatoryExtension: 1010,
  /** A server met an unexpected condition. */
  InternalError: 1011,
  /** A server restarts. */
  ServiceRestart: 1012,
  /** A server is overloaded. */
  TryAgainLater: 1013,
  /** A gateway got an invalid answer upstream. */
  BadGateway: 1014,
  /** Reported where TLS failed; never on the wire. */
  TlsHandshake: 1015,
} as const;

/** One of the close codes with a name; applications add their own, 3000-4999. */
export type CloseCode = typeof CloseCode[keyof typeof CloseCode];

/** Whether a peer may put this code into a Close frame (RFC 6455 §7.4 and the IANA registry). */
export function isReceivableCloseCode(code: number): boolean {
  // §7.4.2 "0-999 are not used", "3000-3999 are reserved for use by libraries", "4000-4999 ... for private
  // use" §7.4.1 1005, 1006 and 1015 "MUST NOT be set as a status code in a Close control frame"
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/** Whether an application may close with this code: 1002 is the engine's own, 1010 a failed handshake's. */
export function isSendableCloseCode(code: number): boolean {
  return isReceivableCloseCode(code) && Number.isInteger(code) && code !== 1002 && code !== 1010;
}
