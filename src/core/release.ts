/** Below this, bytes may lie in the pool that all small Buffers share. */
const SIZE_MIN = 128 << 10;

/**
 * Gives large memory back at once: the collector, who sees only small objects, comes by when the
 * process has grown by hundreds of megabytes. Nobody may use the bytes afterwards. Views of a part
 * of a buffer, and small ones, are left to the collector.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && bytes.length === buffer.byteLength) releaseBuffer(buffer);
}

/** The same for a buffer whose only user is the caller, whatever part of it is in use. */
export function releaseBuffer(buffer: ArrayBuffer): void {
  if (buffer.byteLength >= SIZE_MIN) buffer.transfer(0);
}
