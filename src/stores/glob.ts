/** One piece of a glob at a time, longest first. */
const PIECES = /\*\*\/|\*\*|\*|\?|\[(?:!|\^)?\]?[^\]]*\]|\{|\}|,|\\.|./gsu;

/**
 * A glob for paths with "/" as a regular expression: `*` and `?` stay within a name, `**` crosses
 * folders, `{a,b}` is either of them, `[a-z]` and `[!a-z]` one character, `\` takes the next one as
 * it is.
 */
export function globPattern(glob: string): RegExp {
  const pieces: readonly string[] = glob.replace(/^\.\//, "").match(PIECES) ?? [];
  const canClose = pieces.lastIndexOf("}"); // a brace that nobody closes is one
  let open = 0;
  const translate = (piece: string, at: number): string => {
    if (piece === "{" && at > canClose) return "\\{";
    if (piece === "{") open++;
    const isInBraces = open > 0;
    if (piece === "}" && isInBraces) open--;
    return translated(piece, isInBraces);
  };
  const text = pieces.map(translate).join("") + ")".repeat(open);
  return new RegExp(`^${text}$`, "su");
}

function translated(piece: string, isInBraces: boolean): string {
  switch (piece) {
    case "**/":
      return "(?:[^/]+/)*";
    case "**":
      return ".*";
    case "*":
      return "[^/]*";
    case "?":
      return "[^/]";
    case "{":
      return "(?:";
    case "}":
      return isInBraces ? ")" : "\\}";
    case ",":
      return isInBraces ? "|" : ",";
    default:
      return piece.length > 1 && piece.startsWith("[") ? characterClass(piece) : literal(piece);
  }
}

function characterClass(piece: string): string {
  const inner = piece.slice(1, -1);
  const isNegated = /^[!^]/.test(inner);
  const members = (isNegated ? inner.slice(1) : inner).replaceAll(/[\\[\]^&|~]/g, "\\$&");
  return isNegated ? `[^/${members}]` : `[${members}]`;
}

function literal(piece: string): string {
  const plain = piece.startsWith("\\") && piece.length > 1 ? piece.slice(1) : piece;
  return plain.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
