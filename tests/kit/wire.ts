/**
 * Frames as one writes them down: hexadecimal digits as a client sends them, with a key of zeros that keeps the payload
 * readable.
 *
 * @module
 */

import type { Role } from "../../src/protocol/role.ts";
import { concat, hex } from "./frames.ts";

/**
 * The bytes of frames that the peer of `role` sends. Frames are parted by "+"; the second pair of digits holds the MASK bit and "*"
 * stands for the key, both of which a server leaves out: "81 85 * 48656c6c6f".
 */
export function wire(role: Role, frames: string): Uint8Array {
  return concat(
    frames.split("+").map((frame) => {
      const bytes = hex(frame.replace("*", role === "server" ? "00000000" : ""));
      if (role === "client" && bytes.length > 1) bytes[1]! &= 0x7f;
      return bytes;
    }),
  );
}
