import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import fc from "fast-check";

import { addEntry, compareEntries, numbered, upTo } from "../../test/support/entries.ts";
import { SalvorError } from "../core/errors.ts";
import { SortingSink } from "./sorting-sink.ts";
import type { Entry, EntrySink } from "./types.ts";

const scratch = mkdtempSync(join(tmpdir(), "salvor-sorting-"));
after(() => rmSync(scratch, { recursive: true }));

/** Keeps copies of what it is given. */
class Collector implements EntrySink {
  readonly lines: string[] = [];

  add(...[key, keyStart, keyEnd, row, rowStart, rowEnd]: Parameters<EntrySink["add"]>): void {
    this.lines.push(line({ key: key.slice(keyStart, keyEnd), row: row.slice(rowStart, rowEnd) }));
  }
}

function line({ key, row }: Entry): string {
  return `${Buffer.from(key).toString("hex")} ${Buffer.from(row).toString("hex")}`;
}

function sorted(entries: readonly Entry[], memory?: number): string[] {
  const into = new Collector();
  using sorter = new SortingSink(into, { scratch, ...(memory !== undefined && { memory }) });
  for (const entry of entries) addEntry(sorter, entry);
  sorter.finish();
  return into.lines;
}

/** Pseudo-random and the same each time. */
function shuffled(count: number): Entry[] {
  return upTo(count).map((id) => numbered((id * 7919) % count, `row ${id % 7}`));
}

const key = fc.oneof(
  fc.uint8Array({ maxLength: 9 }),
  fc.array(fc.constantFrom(0, 1), { maxLength: 12 }).map((bits) => Uint8Array.from(bits)),
);
const entries = fc.array(fc.record({ key, row: fc.uint8Array({ maxLength: 3 }) }), {
  maxLength: 300,
});

describe("the sorter", () => {
  it("gives what a plain sort gives, in memory and through files", () => {
    fc.assert(
      fc.property(entries, fc.constantFrom(64, 500, 5000, undefined), (given, memory) => {
        assert.deepEqual(sorted(given, memory), given.toSorted(compareEntries).map(line));
      }),
      { numRuns: 150 },
    );
    assert.deepEqual(readdirSync(scratch), []);
  });

  it("merges more files than it may open at a time", () => {
    const given = shuffled(4000);
    assert.deepEqual(sorted(given, 1000), given.toSorted(compareEntries).map(line));
  });

  it("sorts many rows in memory, those with long equal beginnings too", () => {
    const beginning = new Uint8Array(2000).fill(65);
    const given = shuffled(3000).map((entry) => ({
      ...entry,
      key: new Uint8Array(Buffer.concat([beginning, entry.key])),
    }));
    assert.deepEqual(sorted(given), given.toSorted(compareEntries).map(line));
  });

  it("takes a row that is larger than its memory", () => {
    const given = [numbered(3), numbered(2, "x".repeat(300_000)), numbered(1)];
    assert.deepEqual(sorted(given, 1000), given.toSorted(compareEntries).map(line));
  });

  it("writes no file for rows that fit", () => {
    using sorter = new SortingSink(new Collector(), { scratch });
    for (const entry of shuffled(1000)) addEntry(sorter, entry);
    assert.deepEqual(readdirSync(scratch), []);
  });

  it("removes its files also when what it feeds fails", () => {
    const failing: EntrySink = {
      add() {
        throw new Error("full");
      },
    };
    assert.throws(() => {
      using sorter = new SortingSink(failing, { scratch, memory: 500 });
      for (const entry of shuffled(500)) addEntry(sorter, entry);
      assert.equal(readdirSync(scratch).length, 1);
      sorter.finish();
    }, /full/);
    assert.deepEqual(readdirSync(scratch), []);
  });

  it("says that the disk is full, and leaves nothing on it", () => {
    const script = `
      import { SortingSink } from ${JSON.stringify(import.meta.resolve("./sorting-sink.ts"))};
      try {
        using sorter = new SortingSink(null, { scratch: process.argv[1], memory: 200_000 });
        const bytes = new Uint8Array(1000);
        for (let left = 1000; left > 0; left--) sorter.add(bytes, 0, 9, bytes, 9, 1000);
      } catch (error) {
        console.log(error.code);
      }`;
    // A limit on the size of files is a full disk without a disk: the kernel refuses to write on.
    const limited = 'ulimit -f 100; exec "$0" --input-type=module -e "$1" "$2"';
    const child = spawnSync("sh", ["-c", limited, process.execPath, script, scratch]);
    assert.equal(child.stdout.toString(), "DISK_FULL\n", child.stderr.toString());
    assert.deepEqual(readdirSync(scratch), []);
  });

  it("says which folder it misses", () => {
    using sorter = new SortingSink(new Collector(), { scratch: join(scratch, "no"), memory: 500 });
    assert.throws(
      () => shuffled(500).forEach((entry) => addEntry(sorter, entry)),
      (error) => error instanceof SalvorError && error.code === "NOT_FOUND",
    );
  });
});
