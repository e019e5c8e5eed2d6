/**
 * A Blob that is read when the test says so: how long a runtime takes to read its own is its own affair.
 *
 * @module
 */

/** A Blob whose `arrayBuffer()` waits for `read()`. */
export class HeldBlob extends Blob {
  /** Whoever reads it gets its bytes. */
  read!: () => void;
  readonly #bytes: Promise<ArrayBuffer>;

  constructor(parts: readonly string[]) {
    super([...parts]);
    const { buffer } = new TextEncoder().encode(parts.join(""));
    this.#bytes = new Promise((resolve) => this.read = () => resolve(buffer));
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes;
  }
}
