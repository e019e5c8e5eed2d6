/**
 * Numbers and messages as people read them.
 *
 * @module
 */

/** A time, as `0.8 ms` or `12 ms`. */
export function formatTime(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** A count of something, as `1 message` or `1,204 messages`. */
export function formatCount(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

/** An amount of bytes, as `312 B` or `1.4 kB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1000 ** power;
  return `${amount >= 100 ? Math.round(amount) : Number(amount.toPrecision(3))} ${units[power]}`;
}

/** The beginning of a message, bytes in hexadecimal. */
export function formatMessage(message: string | Uint8Array): string {
  if (typeof message === "string") return message.length > 400 ? `${message.slice(0, 400)}…` : message;
  const shown = [...message.subarray(0, 32)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return message.length > 32 ? `${shown} …` : shown;
}

/** How long a message is. */
export function formatSize(message: string | Uint8Array): string {
  return typeof message === "string"
    ? formatCount([...message].length, "character")
    : formatCount(message.length, "byte");
}
