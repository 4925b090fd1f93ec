import assert from "node:assert/strict";
import { access, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, it, test } from "node:test";

import {
  importCycles,
  relativeImports,
  sourceTree,
  undocumentedExports,
  type SourceFile,
} from "./source-tree.ts";

const ROOT = join(import.meta.dirname, "..");

/** Lowest first; within a layer, a folder sees those that stand before it. */
const LAYERS: readonly (readonly string[])[] = [
  ["core"],
  ["state", "receipts", "stores", "blobs", "services", "devices", "probes", "channels"],
  ["audit-trail", "checks", "repository", "packages", "projections", "salvage", "plans"],
  ["notifications", "incidents", "monitor"],
  ["reports", "recovery"],
  ["app"],
  ["api"],
  ["cli"],
];
const FOLDERS = LAYERS.flat();

/** Folders whose sub-folders are adapters, and the file that lists them. */
const PORTS: Readonly<Record<string, string>> = {
  stores: "src/stores/drivers.ts",
  blobs: "src/blobs/kinds.ts",
};

/**
 * What adapters of one port share, beside the port itself. A store of documents is a tree of files
 * whose content is known.
 */
const SHARED = new Set(["src/stores/engine", "src/stores/files", "src/stores/host"]);

/** Where ports and adapters are joined. */
const COMPOSITION = "app";

/** Files that may be longer than LINES_MAX, and why they do not divide. */
const LONG_FILES: Readonly<Record<string, string>> = {};
const LINES_MAX = 400;

const files = await sourceTree(ROOT, "src");
const imports = files.flatMap((file) => file.imports.map((to) => ({ from: file.path, to })));

/** Tests, and what only tests use: not packed, and free to join what they try. */
const isTest = (path: string): boolean =>
  /(\.test|\/contract|\/flip-bits|\/samples|\/testing)\.ts$/.test(path);

function folderOf(path: string): string {
  return path.split("/")[1] ?? "";
}

/** `src/stores/sqlite` for a file of an adapter, else null. */
function adapterOf(path: string): string | null {
  const [, port = "", name = "", file] = path.split("/");
  const folder = `src/${port}/${name}`;
  return file !== undefined && port in PORTS && !SHARED.has(folder) ? folder : null;
}

function list({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${from} -> ${to}`;
}

describe("the source", () => {
  it("was read: a reader that finds nothing proves nothing", () => {
    assert.ok(files.length > 100, `only ${files.length} files`);
    assert.ok(imports.length > 300, `only ${imports.length} imports`);
  });

  it("names its imports as they are", async () => {
    const missing = [];
    for (const each of imports) {
      if (!(await exists(join(ROOT, each.to)))) missing.push(list(each));
    }
    assert.deepEqual(missing, []);
  });

  it("has no folder that the layers do not know", () => {
    const folders = files.map(({ path }) => path).filter((path) => path.split("/").length > 2);
    const unknown = new Set(folders.map(folderOf).filter((folder) => !FOLDERS.includes(folder)));
    assert.deepEqual([...unknown], []);
  });

  it("imports downwards, or from a folder listed before it", () => {
    const upward = imports.filter(({ from, to }) => {
      const [own, other] = [FOLDERS.indexOf(folderOf(from)), FOLDERS.indexOf(folderOf(to))];
      return !isTest(from) && own >= 0 && other > own;
    });
    assert.deepEqual(upward.map(list), []);
  });

  it("imports adapters from their own folder, their list and the composition only", () => {
    const strangers = imports.filter(({ from, to }) => {
      const adapter = adapterOf(to);
      if (isTest(from) || adapter === null || adapterOf(from) === adapter) return false;
      return from !== PORTS[folderOf(to)] && folderOf(from) !== COMPOSITION;
    });
    assert.deepEqual(strangers.map(list), []);
  });

  it("has no circle of imports, those of types included", () => {
    assert.deepEqual(importCycles(files), []);
  });

  it("is opened by the library's door alone, which nobody inside imports", () => {
    const doors = files.map(({ path }) => path).filter((path) => basename(path) === "index.ts");
    assert.deepEqual(doors, ["src/index.ts"]);
    assert.deepEqual(imports.filter(({ to }) => to === "src/index.ts").map(list), []);
  });

  it("has no default exports", () => {
    assert.deepEqual(pathsWith(/^export default\b|\bas default\b/m), []);
  });

  it("has no drawer for what has no name", () => {
    const drawers = /(^|\/)(utils?|helpers?|common|lib|misc)(\/|\.ts$)/;
    assert.deepEqual(
      files.map(({ path }) => path).filter((path) => drawers.test(path)),
      [],
    );
  });

  it("documents every exported name", () => {
    const silent = files
      .filter(({ path }) => !isTest(path))
      .flatMap((file) => undocumentedExports(file).map((name) => `${file.path}: ${name}`));
    assert.deepEqual(silent, []);
  });

  it("has no file that is too long without a reason", () => {
    const long = files.filter(
      ({ path, lineCount }) => lineCount > LINES_MAX && LONG_FILES[path] === undefined,
    );
    assert.deepEqual(
      long.map(({ path, lineCount }) => `${path}: ${lineCount} lines`),
      [],
    );
    const short = Object.keys(LONG_FILES).filter(
      (path) => (files.find((file) => file.path === path)?.lineCount ?? 0) <= LINES_MAX,
    );
    assert.deepEqual(short, [], "these need no exception any more");
  });

  it("takes time and randomness from the world", () => {
    const world = new Set(["src/core/world.ts"]);
    const found = pathsWith(/\bDate\.now\(|\bMath\.random\(|\bnew Date\(\)/);
    assert.deepEqual(
      found.filter((path) => !world.has(path) && !isTest(path)),
      [],
    );
  });
});

describe("a list", () => {
  it("of drivers names every folder that has one", async () => {
    await assertLists("src/stores/drivers.ts", "src/stores", "driver.ts");
  });

  it("of commands names every file that is one, and no name twice", async () => {
    const text = await readFile(join(ROOT, "src/cli/command-list.ts"), "utf8");
    const listed = relativeImports(text).filter((name) => name.startsWith("./commands/"));
    const names = await readdir(join(ROOT, "src/cli/commands"));
    const present = names.filter((name) => !isTest(name)).map((name) => `./commands/${name}`);
    assert.deepEqual(listed.toSorted(), present.toSorted());
    const called = [...text.matchAll(/name: "([^"]+)"/g)].map((match) => `${match[1] ?? ""}.ts`);
    assert.deepEqual(
      called,
      listed.map((name) => basename(name)),
    );
  });
});

describe("the change log", () => {
  it("has one well-formed file a change", async () => {
    const folder = join(ROOT, "changelog/unreleased");
    const names = (await readdir(folder)).filter((name) => name !== "README.md");
    assert.ok(names.length > 0);
    for (const name of names) {
      assert.match(name, /^[a-z0-9-]+\.md$/);
      const text = await readFile(join(folder, name), "utf8");
      assert.match(text, CHANGE, `${name} does not follow changelog/unreleased/README.md`);
    }
  });
});

/** A kind and a sentence, an empty line, and what an operator must know. */
const CHANGE = /^(Added|Changed|Fixed|Removed|Security): [A-Z][^\n]+\n\n[^\n][\s\S]*\n$/;

test("the reader of imports sees every way to import, and no comment", () => {
  const text = `import { a } from "./a.ts";
import type { B } from "../b.ts";
import {
  c,
  type D,
} from "./c.ts";
import "./e.ts";
import { join } from "node:path";
export { f } from "./f.ts";
export type * from "./g.ts";
type H = import("./h.ts").H;
const i = await import("./i.ts");
/** import { no } from "./no.ts" or import("./no.ts") */
// import { no } from "./no.ts";
/*
import { no } from "./no.ts";
*/
`;
  const names = relativeImports(text).map((name) => basename(name, ".ts"));
  assert.deepEqual(names.toSorted(), ["a", "b", "c", "e", "f", "g", "h", "i"]);
});

test("the finder of circles finds short and long ones, and none where there is none", () => {
  const file = (path: string, ...targets: string[]): SourceFile => ({
    path,
    text: "",
    lineCount: 0,
    imports: targets,
  });
  const line = [file("a", "b", "c"), file("b", "c"), file("c")];
  assert.deepEqual(importCycles(line), []);
  assert.deepEqual(importCycles([...line, file("d", "d")]), [["d"]]);
  const circle = [file("a", "b"), file("b", "c"), file("c", "a", "d"), file("d")];
  assert.deepEqual(importCycles(circle), [["a", "b", "c"]]);
});

function pathsWith(pattern: RegExp): readonly string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

async function assertLists(listFile: string, folder: string, marker: string): Promise<void> {
  const listed = files
    .find(({ path }) => path === listFile)
    ?.imports.filter((path) => basename(path) === marker);
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true });
  const present = [];
  for (const entry of entries.filter((each) => each.isDirectory())) {
    const path = join(folder, entry.name, marker);
    if (await exists(join(ROOT, path))) present.push(path);
  }
  assert.ok(present.length > 0);
  assert.deepEqual(
    listed?.toSorted(),
    present.toSorted(),
    `${listFile} beside ${dirname(listFile)}`,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
