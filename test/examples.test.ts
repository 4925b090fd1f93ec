import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { openSite } from "./journeys/site.ts";
import { memoryFolder } from "./support/folder.ts";
import { runProcess } from "./support/processes.ts";
import { cleanEnvironment, expectSalvor, NODE, PROJECT } from "./support/salvor.ts";

const EXAMPLES = join(PROJECT, "examples");
const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");

test("every example is tried here", () => {
  const names = readdirSync(EXAMPLES).toSorted();
  assert.deepEqual(names, [
    "emergency-recovery.ts",
    "emergency-restore.ts",
    "look-at-a-file.ts",
    "receipt-of-a-file.ts",
    "registry",
  ]);
});

test("a program brings a store back and says what that cost", async () => {
  await using site = await openSite({ stores: { shop: "shop.sqlite" } });
  copyFileSync(CHINOOK, site.database("shop"));
  await site.expect(0, ["backup"]);
  const database = new DatabaseSync(site.database("shop"));
  database.exec("DELETE FROM InvoiceLine; INSERT INTO Genre (Name) VALUES ('Fado')");
  database.close();
  const said = await runExample("emergency-restore.ts", "shop", site);
  assert.match(said, /: proven\nsucceeded, equal: true\n/);
  assert.match(said, /\nnewer than the snapshot: Genre \{"GenreId":26\}\n$/);
  await site.expect(0, ["compare", CHINOOK, "shop"]);
});

test("a program mends a store and says what was found, done and lost", async () => {
  await using site = await openSite({ stores: { shop: "shop.sqlite" } });
  copyFileSync(CHINOOK, site.database("shop"));
  await site.expect(0, ["backup"]);
  overwrite(site.database("shop"), 100);
  const said = await runExample("emergency-recovery.ts", "shop", site);
  assert.match(said, /^high: .*page 100 of index/m);
  assert.match(said, /^run: succeeded, sound: true$/m);
  assert.doesNotMatch(said, /^lost: /m);
  await site.expect(0, ["compare", CHINOOK, "shop"]);
});

test("a state is computed from a log by rules and by code", async () => {
  await using folder = await memoryFolder();
  cpSync(join(EXAMPLES, "registry"), folder.path, { recursive: true });
  mkdirSync(folder.join("events"));
  const sample = join(PROJECT, "test", "data", "events");
  copyFileSync(join(sample, "history.jsonl"), folder.join("events", "history.jsonl"));
  await expectSalvor(0, ["rebuild"], { cwd: folder.path });
  const expected = readFileSync(join(sample, "history.state.tsv"), "utf8").trimEnd().split("\n");
  for (const name of ["registry", "authors"]) {
    using state = new DatabaseSync(folder.join("state", `${name}.sqlite`));
    const rows = state.prepare("SELECT path, blob, mode FROM files ORDER BY path").all();
    assert.deepEqual(
      rows.map((row) => Object.values(row).join("\t")),
      expected,
    );
  }
  using authors = new DatabaseSync(folder.join("state", "authors.sqlite"));
  const sum = authors
    .prepare("SELECT sum(changes) AS changes, max(last) AS last FROM authors")
    .get();
  assert.equal(sum?.["changes"], 2229);
  assert.match(String(sum?.["last"]), /^2026-08-19T14:53:14/);
});

test("a program looks at a file, without a salvor.yaml", async () => {
  await using folder = await memoryFolder();
  const path = join(folder.path, "copy of chinook.sqlite");
  copyFileSync(CHINOOK, path);
  const site = { path: folder.path, env: {} };
  const sound = "auditStore: sound\ncheckIntegrity: sound\nscanStore: sound\n";
  assert.equal(await runExample("look-at-a-file.ts", path, site), sound);
  overwrite(path, 100);
  assert.match(await runExample("look-at-a-file.ts", path, site), /^scanStore: not sound\n/m);
  assert.deepEqual(readdirSync(folder.path), ["copy of chinook.sqlite"]);
});

/** Random bytes in the place of a page of 4 KiB, from 1. */
function overwrite(path: string, page: number): void {
  const file = openSync(path, "r+");
  writeSync(file, randomBytes(4096), 0, 4096, (page - 1) * 4096);
  closeSync(file);
}

test("a program says what a file holds, without a salvor.yaml", async () => {
  await using folder = await memoryFolder();
  const said = await runExample("receipt-of-a-file.ts", CHINOOK, { path: folder.path, env: {} });
  assert.match(said, /^sha256:[0-9a-f]{64}\nAlbum: 347 rows\n/);
  assert.deepEqual(readdirSync(folder.path), []);
});

async function runExample(
  name: string,
  word: string,
  { path, env }: { readonly path: string; readonly env: Readonly<Record<string, string>> },
): Promise<string> {
  const options = { cwd: path, env: cleanEnvironment(env) };
  const { status, stdout, stderr } = await runProcess(NODE, [join(EXAMPLES, name), word], options);
  assert.equal(status, 0, stderr);
  return stdout;
}
