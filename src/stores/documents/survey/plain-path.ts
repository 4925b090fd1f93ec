const MAGIC = /[*?[{\\]/;

/** Is this pattern no pattern, but the one path that it names? */
export function isPlain(glob: string): boolean {
  return !MAGIC.test(glob);
}

/** Is it this very path? */
export function isPlainPath(glob: string, path: string): boolean {
  return isPlain(glob) && glob.replace(/^\.\//, "") === path;
}
