const EVIDENCE_MAX_BYTES = 256;

/** As much of a text as an observation may show: whole characters, 256 bytes at most. */
export function cutEvidence(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= EVIDENCE_MAX_BYTES) return text;
  let end = EVIDENCE_MAX_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--; // within a character
  return bytes.toString("utf8", 0, end);
}
