import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, it, test } from "node:test";

import { memoryFolder, type TemporaryFolder } from "./support/folder.ts";
import { runProcess } from "./support/processes.ts";
import { cleanEnvironment, NODE, PROJECT, SALVOR } from "./support/salvor.ts";

// Goal: what the guides tell an operator to type works, and answers as they say.
// Method: do what a guide says in an empty folder, block by block, with a real shell. Comments that
// begin with "sh" are what happens to the operator meanwhile: disasters, deletions, migrations.

const GUIDES = join(PROJECT, "docs", "guides");

/** Commands that the guides may take for granted. */
const COMMANDS = {
  salvor: `exec ${quoted(NODE)} ${quoted(SALVOR)} "$@"`,
  node: `exec ${quoted(NODE)} "$@"`,
  sql: `exec ${quoted(NODE)} --input-type=module -e 'import { DatabaseSync } from "node:sqlite"; const database = new DatabaseSync(process.argv[1]); database.exec(process.argv[2]); database.close()' "$@"`,
} as const;

/** One fenced block, or a comment of commands. */
interface Block {
  readonly language: string;
  /** What stands behind the language: `status=1`, or the name of a file. */
  readonly info: string;
  readonly text: string;
}

describe("the guide", { concurrency: 2 }, () => {
  for (const name of readdirSync(GUIDES)) {
    it(`${name} says what happens`, async () => {
      await using folder = await memoryFolder();
      prepare(folder);
      let output = "";
      for (const block of blocksOf(readFileSync(join(GUIDES, name), "utf8"))) {
        if (block.language === "yaml") writeFileSync(folder.join("work", block.info), block.text);
        if (block.language === "sh") output = await runBlock(folder, block);
        if (block.language === "text") assertShown(output, block.text);
      }
    });
  }
});

test("every guide is linked from the README, and every block is one that is tried", () => {
  const readme = readFileSync(join(PROJECT, "README.md"), "utf8");
  for (const name of readdirSync(GUIDES)) {
    assert.ok(readme.includes(`(docs/guides/${name})`), `${name} is not in README.md`);
    const blocks = blocksOf(readFileSync(join(GUIDES, name), "utf8"));
    assert.ok(blocks.some(({ language }) => language === "sh"));
    for (const { language } of blocks) assert.match(language, /^(sh|text|yaml)$/, name);
  }
});

test("what a guide shows must be in the output, in its order", () => {
  const output = "shop  7cca3d344296  8.2 kB\nequal: 12 rows\n";
  assertShown(output, "shop  edccf5d67712  1.0 MB\nequal: 12 rows\n");
  assert.throws(() => assertShown(output, "equal: 13 rows\n"));
  assert.throws(() => assertShown(output, "equal: 12 rows\nshop\n"));
});

/** An empty folder of an operator, with the commands and a home of its own. */
function prepare(folder: TemporaryFolder): void {
  for (const name of ["bin", "home", "work", "work/data"]) {
    mkdirSync(folder.join(name), { mode: 0o700 });
  }
  for (const [name, script] of Object.entries(COMMANDS)) {
    writeFileSync(folder.join("bin", name), `#!/bin/sh\n${script}\n`);
    chmodSync(folder.join("bin", name), 0o700);
  }
}

function blocksOf(guide: string): readonly Block[] {
  const found = guide.matchAll(/^(?:```|<!-- )(\w*)(?: ([^\n]*))?\n(.*?)^(?:```|-->)$/gms);
  return [...found].map(([, language = "", info = "", text = ""]) => ({ language, info, text }));
}

async function runBlock(folder: TemporaryFolder, { info, text }: Block): Promise<string> {
  const expected = Number(/^status=(\d+)$/.exec(info)?.[1] ?? 0);
  const env = cleanEnvironment({
    HOME: folder.join("home"),
    CHINOOK: join(PROJECT, "test", "data", "chinook.sqlite"),
    EVENTS: join(PROJECT, "test", "data", "events", "history.jsonl"),
    PATH: [folder.join("bin"), dirname(NODE), process.env["PATH"] ?? ""].join(delimiter),
  });
  const options = { cwd: folder.join("work"), env };
  const { status, stdout, stderr } = await runProcess("sh", ["-eu", "-c", text], options);
  assert.equal(status, expected, `${text}\n${stdout}\n${stderr}`);
  return (stdout + stderr).replaceAll(folder.join("work"), "/srv/shop");
}

/** Each line of `shown` is part of a line of the output; what differs each time counts for nothing. */
function assertShown(output: string, shown: string): void {
  const lines = masked(output);
  let at = 0;
  for (const wanted of masked(shown)) {
    const found = lines.slice(at).findIndex((line) => line.includes(wanted));
    assert.ok(found >= 0, `the guide shows "${wanted}", but the output is\n${output}`);
    at += found + 1;
  }
}

/** Lines without ids, sizes, durations and the width of columns. */
function masked(text: string): readonly string[] {
  const plain = text
    .replaceAll(/\b[0-9a-f]{8,}\b/g, "ID")
    .replaceAll(/\b[\d.,]+ (B|kB|MB|ms|s)\b/g, "AMOUNT")
    .replaceAll(/ +/g, " ");
  return plain
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
