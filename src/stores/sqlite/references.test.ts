import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import fc from "fast-check";

import { comparedTables } from "./description.ts";
import { openTables } from "./format/open-tables.ts";
import { task as askEngine } from "./orphans-task.ts";
import { rowidReferences, tablesByName } from "./references.ts";
import { job } from "./seal-job.ts";

const SCHEMA = `
  CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT UNIQUE);
  CREATE TABLE child (
    id INTEGER PRIMARY KEY,
    up INTEGER REFERENCES parent,
    "weird up" REFERENCES Parent (ID),
    code TEXT REFERENCES parent (code),
    self INTEGER REFERENCES child (id)
  );
  CREATE TABLE loose (up INTEGER, padding TEXT, FOREIGN KEY (up) REFERENCES parent (id));
  CREATE TABLE tight (name TEXT PRIMARY KEY, up INT REFERENCES parent) WITHOUT ROWID;
`;

/** What a task is given where nobody listens. */
const nobody = { progress: () => {}, tell: async () => {}, signal: new AbortController().signal };

const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(null, "5", "x", 5.5, 5, 300, 70_000, 2 ** 40) },
);

describe("references that the decoder follows", () => {
  it("have as many orphans as the engine finds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: -3, max: 12 }), { maxLength: 12 }),
        fc.array(fc.tuple(value, value, value), { maxLength: 30 }),
        compareWithEngine,
      ),
      { numRuns: 60 },
    );
  });
});

type Row = readonly [number | string | null, number | string | null, number | string | null];

async function compareWithEngine(parents: readonly number[], rows: readonly Row[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "salvor-references-"));
  try {
    const path = join(folder, "db.sqlite");
    fill(path, parents, rows);
    using reader = openTables(path);
    const tables = comparedTables({ ...reader });
    const byName = tablesByName({ tables });
    for (const table of tables) {
      const declared = rowidReferences(table, byName);
      const { name, key } = table.collection;
      const references = declared.filter((each) => each !== null);
      const input = { path, table, scratch: folder, references, isKeyless: key.length === 0 };
      const followed = job(input).output.orphans.values();
      const [engine] = await askEngine({ path, tables: [name] }, nobody);
      for (const [index, each] of declared.entries()) {
        const ours = each === null ? null : (followed.next().value ?? null);
        if (ours !== null) assert.equal(ours, engine?.[index], `${name} reference ${index}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function fill(path: string, parents: readonly number[], rows: readonly Row[]): void {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  database.exec(`PRAGMA synchronous = OFF; ${SCHEMA}`);
  const parent = database.prepare("INSERT INTO parent VALUES (?, 'code ' || ?1)");
  const child = database.prepare("INSERT INTO child VALUES (NULL, ?, ?, 'code ' || ?1, ?)");
  const loose = database.prepare("INSERT INTO loose VALUES (?, ?)");
  const tight = database.prepare("INSERT INTO tight VALUES (?, ?)");
  for (const id of parents) parent.run(id);
  for (const [index, [a, b, c]] of rows.entries()) {
    child.run(a, b, c);
    loose.run(a, String(b));
    tight.run(`row ${index}`, c);
  }
  database.close();
}
