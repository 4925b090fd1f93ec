/** Bytes of evidence that a finding carries at most. */
const EVIDENCE_MAX = 256;

/** As much of a text as evidence may hold, never cut within a character. */
export function evidenceOf(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= EVIDENCE_MAX) return text;
  const ellipsis = "…";
  let end = EVIDENCE_MAX - Buffer.byteLength(ellipsis);
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end) + ellipsis;
}
