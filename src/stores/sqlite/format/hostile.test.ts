import assert from "node:assert/strict";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import fc from "fast-check";

import { buildZoo, type ZooDatabase } from "../../../../test/zoo/zoo.ts";
import { SalvorError } from "../../../core/errors.ts";
import { sha256Hex } from "../../../core/hash.ts";
import { TreeBuilder } from "../../../receipts/tree-builder.ts";
import { preflight } from "../preflight/preflight.ts";
import { openTables } from "./open-tables.ts";

// Goal: no bytes make the decoder or preflight crash, hang, grow, or change what they read.
// Method: databases that SQLite's own tests broke, and databases of the zoo, broken at random.

const folder = mkdtempSync(join(tmpdir(), "salvor-hostile-"));
const corpus = new URL("../../../../test/data/sqlite-corrupt/", import.meta.url).pathname;
let zoo: readonly ZooDatabase[] = [];

before(async () => {
  zoo = await buildZoo(folder);
});
after(() => rmSync(folder, { recursive: true }));

describe("hostile bytes are damage and nothing else", () => {
  it("in the databases that SQLite's own tests broke", () => {
    const names = readdirSync(corpus).filter((name) => name.endsWith(".db"));
    assert.ok(names.length > 20, "the corpus was not found, so nothing was proven");
    for (const name of names) {
      const path = join(folder, "copy.db");
      copyFileSync(join(corpus, name), path);
      readEverything(path);
    }
  });

  it("in any database of the zoo with bytes overwritten at random", () => {
    const path = join(folder, "mutated.sqlite");
    const mutation = fc.record({
      specimen: fc.nat(),
      writes: fc.array(fc.record({ place: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }), {
        minLength: 1,
        maxLength: 40,
      }),
      // Most of what steers a reader lies at the start of pages.
      nearPageStart: fc.boolean(),
      cut: fc.option(fc.nat(), { freq: 8 }),
    });
    fc.assert(
      fc.property(mutation, ({ specimen, writes, nearPageStart, cut }) => {
        const small = zoo.filter(({ name }) => !["deep", "empty"].includes(name));
        const bytes = readFileSync(small[specimen % small.length]?.path ?? "");
        for (const { place, byte } of writes) {
          const page = 512 * (place % Math.ceil(bytes.length / 512));
          const at = nearPageStart ? page + ((place >> 9) % 40) : place * 31;
          bytes[at % bytes.length] = byte;
        }
        writeFileSync(path, cut === null ? bytes : bytes.subarray(0, cut % bytes.length));
        readEverything(path);
      }),
      { numRuns: 400 },
    );
  });

  it("when a page is its own child", () => {
    const path = join(folder, "loop.sqlite");
    const deep = zoo.find(({ name }) => name === "deep");
    const bytes = readFileSync(deep?.path ?? "");
    const root = 2;
    // The right-most child of the first table's root becomes the root itself.
    bytes.writeUInt32BE(root, (root - 1) * 512 + 8);
    writeFileSync(path, bytes);
    assert.throws(() => scanAll(path), {
      code: "STORE_DAMAGED",
      message: /page \d+ of table "deep"/,
    });
  });
});

function readEverything(path: string): void {
  const before = sha256Hex(readFileSync(path));
  try {
    scanAll(path);
  } catch (error) {
    assert.ok(error instanceof SalvorError, String(error));
    assert.equal(error.code, "STORE_DAMAGED", error.message);
    assert.ok(error.message.includes(path), error.message);
  }
  assert.ok(["engine", "copy", "refuse"].includes(preflight(path).verdict));
  assert.equal(sha256Hex(readFileSync(path)), before);
}

function scanAll(path: string): void {
  using reader = openTables(path);
  for (const table of reader.tables) {
    const discard = { add: (): void => {} };
    reader.scan(table, table.isOrdered ? new TreeBuilder(table.collection.name) : discard);
  }
}
