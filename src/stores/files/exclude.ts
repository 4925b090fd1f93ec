import { nameIn, rawOf, type RawPath } from "./raw-path.ts";

/** Tells what a tree leaves alone. */
export type Exclusion = (path: RawPath, isFolder: boolean) => boolean;

interface Pattern {
  readonly matches: RegExp;
  /** Looked for at any depth: the pattern has no "/" but at its end. */
  readonly isName: boolean;
  readonly foldersOnly: boolean;
  /** It takes back what an earlier pattern has excluded. */
  readonly isBack: boolean;
}

/**
 * Patterns as in a .gitignore: `*` and `?` stay within a name, `**` does not, `[a-z]` is one of
 * them, a "/" at the end means folders only, one elsewhere counts from the root, "!" takes back.
 */
export function exclusionOf(patterns: readonly string[]): Exclusion {
  const parsed = patterns.map(parse);
  if (parsed.length === 0) return () => false;
  return (path, isFolder) => {
    const found = parsed.findLast(
      ({ matches, isName, foldersOnly }) =>
        (isFolder || !foldersOnly) && matches.test(isName ? nameIn(path) : path),
    );
    return found !== undefined && !found.isBack;
  };
}

function parse(given: string): Pattern {
  const isBack = given.startsWith("!");
  const foldersOnly = given.endsWith("/");
  const text = given.slice(isBack ? 1 : 0, foldersOnly ? -1 : undefined);
  const glob = rawOf(Buffer.from(text.replace(/^\.?\//, "")));
  const isName = !text.includes("/");
  return { matches: new RegExp(`^${expression(glob)}$`, "s"), isName, foldersOnly, isBack };
}

const TOKENS = /\*\*\/|\/\*\*$|\*\*|\*|\?|\[!?[^\]/]+\]|\\.|[^]/g;

/** One byte that is not the start of a character belongs to the one before: `?` takes it along. */
const ONE = "(?:[^/\\x80-\\xff]|[\\xc0-\\xff][\\x80-\\xbf]*|[\\x80-\\xbf])";

function expression(glob: string): string {
  return glob.replaceAll(TOKENS, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "/**") return "/.*";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return ONE;
    if (token.length > 1 && token.startsWith("[")) return set(token.slice(1, -1));
    return literal(token.startsWith("\\") && token.length > 1 ? token.slice(1) : token);
  });
}

function set(members: string): string {
  const inside = members.replace(/^!/, "").replaceAll(/[\\^[\]]/g, "\\$&");
  return members.startsWith("!") ? `[^/${inside}]` : `[${inside}]`;
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
}
