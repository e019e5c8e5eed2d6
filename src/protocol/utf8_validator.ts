/**
 * UTF-8 (RFC 3629) judged as it arrives, so that a text message fails at its first impossible byte (RFC 6455
 * §8.1). Knows bytes only; what they spell is the business of `TextDecoder`.
 *
 * @module
 */

/** Judges one text at a time, in pieces cut anywhere. */
export class Utf8Validator {
  /** Continuation bytes that the current code point still needs. */
  #needed = 0;
  /** What the next continuation byte may be; narrower than 80..BF only behind E0, ED, F0 and F4. */
  #lower = 0x80;
  #upper = 0xbf;

  /** Whether the text could end here: no code point is open. */
  get complete(): boolean {
    return this.#needed === 0;
  }

  /** Takes the next bytes of the text. `false`: no text can go on like this. */
  push(bytes: Uint8Array): boolean {
    let needed = this.#needed, lower = this.#lower, upper = this.#upper;
    const end = bytes.length;
    let at = 0;
    while (at < end) {
      if (needed === 0) {
        while (at + 4 <= end && (bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!) < 0x80) {
          at += 4;
        }
        if (at === end) break;
        const byte = bytes[at++]!;
        if (byte < 0x80) continue;
        // RFC 3629 §4, by the first byte: C2..DF, E0..EF, F0..F4; the overlong, the surrogates and what lies
        // beyond U+10FFFF are ruled out by the byte that follows.
        if (byte < 0xc2 || byte > 0xf4) return false;
        needed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
        if (byte === 0xe0) lower = 0xa0;
        else if (byte === 0xed) upper = 0x9f;
        else if (byte === 0xf0) lower = 0x90;
        else if (byte === 0xf4) upper = 0x8f;
      } else {
        const byte = bytes[at++]!;
        if (byte < lower || byte > upper) return false;
        lower = 0x80;
        upper = 0xbf;
        needed--;
      }
    }
    this.#needed = needed;
    this.#lower = lower;
    this.#upper = upper;
    return true;
  }
}
