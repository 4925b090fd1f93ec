import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";

/** One file of the source, with what the tidy test asks about it. Paths relative to the project. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  /** Files that it imports: statically, for types only, or when it needs them. */
  readonly imports: readonly string[];
}

/** Every TypeScript file below a folder of the project, in order of path. */
export async function sourceTree(root: string, folder: string): Promise<readonly SourceFile[]> {
  const names = await readdir(join(root, folder), { recursive: true });
  const paths = names.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
  return Promise.all(paths.toSorted().map((path) => sourceFile(root, path)));
}

async function sourceFile(root: string, path: string): Promise<SourceFile> {
  const text = await readFile(join(root, path), "utf8");
  const imports = relativeImports(text).map((name) => normalize(join(dirname(path), name)));
  return { path, text, lineCount: text.split("\n").length - 1, imports };
}

/** `import … from "…"` and `export … from "…"`, which the formatter begins at the margin. */
const STATEMENT = /^(?:import|export)\b[^"';]*?\bfrom\s*"(\.[^"]+)"/gm;

/** `import "…"`. */
const BARE = /^import\s*"(\.[^"]+)"/gm;

/** `import("…")`, of a value or of a type. */
const EXPRESSION = /\bimport\(\s*"(\.[^"]+)"\s*\)/g;

/** The relative specifiers that a module names, in comments excepted. */
export function relativeImports(text: string): readonly string[] {
  const code = withoutComments(text);
  return [STATEMENT, BARE, EXPRESSION].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => match[1] ?? ""),
  );
}

/** Whole-line comments only: a rest behind code is harmless, and strings may hold slashes. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, "").replaceAll(/^\s*\/\/.*$/gm, "");
}

/** Groups of files that import each other in a circle (Tarjan's strongly connected components). */
export function importCycles(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const known = new Map(files.map((file) => [file.path, file.imports]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];

  const visit = (path: string): void => {
    order.set(path, order.size);
    lowest.set(path, order.size - 1);
    stack.push(path);
    for (const next of known.get(path) ?? []) {
      if (!known.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lower(path, next);
    }
    if (lowest.get(path) !== order.get(path)) return;
    const group = stack.splice(stack.indexOf(path));
    if (group.length > 1 || (known.get(path) ?? []).includes(path)) cycles.push(group.toSorted());
  };
  const lower = (path: string, next: string): void => {
    lowest.set(path, Math.min(lowest.get(path) ?? 0, lowest.get(next) ?? 0));
  };

  for (const path of known.keys()) if (!order.has(path)) visit(path);
  return cycles;
}

/** Exported names with no doc comment right above them. */
export function undocumentedExports({ text }: SourceFile): readonly string[] {
  const lines = text.split("\n");
  const names = lines.flatMap((line, index) => {
    const name = exportedName(line);
    if (name === undefined) return [];
    return isDocumented(lines, index, name) ? [] : [name];
  });
  return [...new Set(names)];
}

const EXPORTED =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|let|class|interface|type) (?<name>\w+)/;

/** A block of exports without empty lines shares its first comment, and so do overloads. */
function isDocumented(lines: readonly string[], index: number, name: string): boolean {
  const above = (lines[index - 1] ?? "").trimEnd();
  const aboveName = exportedName(above);
  if (above.endsWith("*/")) return true;
  if (aboveName !== undefined) return isDocumented(lines, index - 1, aboveName);
  return lines
    .slice(0, index)
    .some((line, at) => exportedName(line) === name && (lines[at - 1] ?? "").endsWith("*/"));
}

function exportedName(line: string): string | undefined {
  return EXPORTED.exec(line)?.groups?.["name"];
}
