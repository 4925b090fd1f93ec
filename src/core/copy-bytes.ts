const copy: (this: Uint8Array, into: Uint8Array, at: number, start: number, end: number) => number =
  Buffer.prototype.copy;

/** Copies `from[start, end)` to `into[at…]` without a view, which would be an object for each call. */
export function copyBytes(
  from: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): void {
  copy.call(from, into, at, start, end);
}
