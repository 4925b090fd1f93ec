/** SQLite's names differ in ASCII letters only by case: those are equal, all others are not. */
export function sameName(a: string, b: string): boolean {
  return foldName(a) === foldName(b);
}

/** A name with its ASCII letters in lower case. */
export function foldName(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** A name as SQL takes it, whatever it consists of. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
