/** What a column's stored value may be: anything, nothing but a real, nothing at all. */
export const PLAIN = 0;
export const REAL = 1;
export const ABSENT = 2;

/**
 * Is the record at `start..end` spelt in the one canonical way already? Nearly all are: SQLite
 * itself writes the smallest form. Allocates nothing; false for damaged ones too.
 *
 * @param rules PLAIN, REAL or ABSENT for each column. `bytes` must go on 16 bytes after `end`.
 */
export function isCanonical(
  bytes: Uint8Array,
  start: number,
  end: number,
  rules: Uint8Array,
): boolean {
  const headerLength = bytes[start] as number;
  if (headerLength >= 128) return isCanonicalWide(bytes, start, end, rules);
  return isCanonicalFrom(bytes, start + 1, start + headerLength, end, rules);
}

/** The same for a header of 128 bytes or more, whose length takes two or three. */
function isCanonicalWide(
  bytes: Uint8Array,
  start: number,
  end: number,
  rules: Uint8Array,
): boolean {
  const first = (bytes[start] as number) & 127;
  const second = bytes[start + 1] as number;
  if (first === 0) return false;
  const length = (first << 7) | (second & 127);
  if (second < 128) return isCanonicalFrom(bytes, start + 2, start + length, end, rules);
  const third = bytes[start + 2] as number;
  if (third >= 128) return false;
  return isCanonicalFrom(bytes, start + 3, start + ((length << 7) | third), end, rules);
}

function isCanonicalFrom(
  bytes: Uint8Array,
  types: number,
  headerEnd: number,
  end: number,
  rules: Uint8Array,
): boolean {
  if (headerEnd > end) return false;
  let at = types;
  let body = headerEnd;
  for (let column = 0; column < rules.length; column++) {
    if (at >= headerEnd) return false;
    let serial = bytes[at++] as number;
    if (serial >= 128) {
      const second = bytes[at++] as number;
      if (serial === 128) return false;
      serial = ((serial & 127) << 7) | (second & 127);
      for (let more = second; more >= 128;) {
        more = bytes[at++] as number;
        serial = serial * 128 + (more & 127);
        if (at > headerEnd) return false;
      }
    }
    const rule = rules[column];
    if (serial >= 12) {
      if (rule === ABSENT) return false;
      body += (serial - (serial & 1) - 12) / 2;
      continue;
    }
    if (rule !== PLAIN && serial !== 0 && (rule === ABSENT || serial !== 7)) return false;
    if (serial === 0 || serial === 8 || serial === 9) continue;
    if (!isSmallest(bytes, body, serial)) return false;
    body += serial <= 4 ? serial : serial === 5 ? 6 : 8;
  }
  return at === headerEnd && body === end;
}

/** Would no smaller type do for the number (types 1 to 7) at `at`? A real must be one: NaN is NULL. */
export function isSmallest(bytes: Uint8Array, at: number, serial: number): boolean {
  const first = bytes[at] as number;
  if (serial === 1) return first > 1;
  const second = bytes[at + 1] as number;
  if (serial <= 4) return first === 0 ? second >= 128 : first !== 255 || second < 128;
  if (serial === 7) return (first & 127) !== 127 || second < 240 || isInfinite(bytes, at);
  if (serial > 7) return false;
  const third = bytes[at + 2] as number;
  if (first === 0 && second === 0) return third >= 128;
  return first !== 255 || second !== 255 || third < 128;
}

function isInfinite(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 1] !== 240) return false;
  for (let place = at + 2; place < at + 8; place++) if (bytes[place] !== 0) return false;
  return true;
}
