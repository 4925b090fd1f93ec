const MAGIC = /[*?[{\\]/;

/** Is this pattern no pattern, but the one path that it names? */
export function isPlain(glob: string): boolean {
  return !MAGIC.test(glob);
}

/** The folders that a pattern begins with. */
export function fixedFolder(glob: string): string {
  const steps = glob.split("/").slice(0, -1);
  const fixed = steps.concat("*").findIndex((step) => !isPlain(step));
  return steps.slice(0, fixed).join("/");
}

/** Is it this very path? */
export function isPlainPath(glob: string, path: string): boolean {
  return isPlain(glob) && glob.replace(/^\.\//, "") === path;
}
