/**
 * Memory that code asks for, counted: a measure that is the same on every runtime and at every load.
 *
 * @module
 */

/** The bytes of all arrays that are made while `run` runs, views of others not counted. */
export function countAllocations(run: () => void): number {
  const { Uint8Array: original } = globalThis;
  const { slice } = original.prototype;
  let bytes = 0;
  globalThis.Uint8Array = new Proxy(original, {
    construct(target, parameters, newTarget) {
      if (typeof parameters[0] === "number") bytes += parameters[0];
      else if (ArrayBuffer.isView(parameters[0])) bytes += parameters[0].byteLength;
      return Reflect.construct(target, parameters, newTarget);
    },
  });
  original.prototype.slice = function (this: Uint8Array, ...range) {
    const copy = slice.apply(this, range);
    bytes += copy.length;
    return copy;
  };
  try {
    run();
  } finally {
    original.prototype.slice = slice;
    globalThis.Uint8Array = original;
  }
  return bytes;
}
