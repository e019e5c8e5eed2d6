/**
 * The two sides of a connection (RFC 6455 §1.3).
 *
 * @module
 */

/** Which side of the connection this is: a client masks what it sends (RFC 6455 §5.1). */
export type Role = "client" | "server";
