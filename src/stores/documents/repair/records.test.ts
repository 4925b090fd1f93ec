import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { flipBit, randomRecords } from "../../../../test/support/json-documents.ts";
import { seededRandom } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import { repairRecords, repairRecordsOf, type RecordRepair } from "./records.ts";

/** `verdict text` for each piece. */
function told(pieces: Iterable<RecordRepair>): string[] {
  return [...pieces].map(({ kind, verdict, key, bytes }) => {
    const text = bytes === null ? "" : ` ${key === null ? "" : `${key}=`}${String(bytes)}`;
    return `${kind === "record" ? verdict : kind}${text}`;
  });
}

describe("a repair of records", () => {
  it("mends each by itself, and says which is which", () => {
    const lines = '{"a":1}\n{"a" 2}\n{"a":3,"b\n###\n{"a":5}\n';
    assert.deepEqual(told(repairRecordsOf(Buffer.from(lines), "jsonl")), [
      'exact {"a":1}',
      'repaired {"a": 2}',
      'partial {"a":3}',
      "lost",
      'exact {"a":5}',
    ]);
  });

  it("keeps the record before a torn tail, and says that the file was cut", () => {
    assert.deepEqual(told(repairRecordsOf(Buffer.from('[{"a":1},{"a":2,"b":"x'), "array")), [
      'exact {"a":1}',
      'partial {"a":2}',
      "cut",
    ]);
  });

  it("mends the members of one object with their keys", () => {
    const text = '{"x":{"a":1},"y" {"a":2},"z":{"a":3}}';
    assert.deepEqual(told(repairRecordsOf(Buffer.from(text), "object")), [
      'exact x={"a":1}',
      'repaired y={"a":2}',
      'exact z={"a":3}',
    ]);
  });

  it("turns text back that was decoded twice, record by record", () => {
    const text = '["MÃ¼ller"]\n["Müller"]\n';
    assert.deepEqual(told(repairRecordsOf(Buffer.from(text), "jsonl")), [
      'repaired ["Müller"]',
      'exact ["Müller"]',
    ]);
  });

  it(`joins no record with members of another, wherever damage lies (SEED=${SEED})`, () => {
    const record = (id: number): string => `{"id": ${id}, "text": "text ${id}", "n": ${id}}`;
    const records = [1, 2, 3, 4, 5].map(record);
    const random = seededRandom(SEED);
    for (let round = 0; round < 600; round += 1) {
      const form = random.pick(["jsonl", "array"] as const);
      const good = form === "array" ? `[${records.join(",\n")}]` : `${records.join("\n")}\n`;
      const bytes = Buffer.from(good);
      const start = 1 + random.below(good.length - 60);
      const length = 3 + random.below(Math.min(90, good.length - start - 3));
      // Not printable ones: what makes sound JSON, nobody can tell from a text.
      bytes.fill(random.pick([0, 1, 0xff]), start, start + length);
      for (const { bytes: found } of repairRecordsOf(bytes, form)) {
        if (found === null) continue;
        const { id, text, n } = JSON.parse(String(found)) as Record<string, unknown>;
        const digits = JSON.stringify([id, text, n]).match(/\d/g);
        const isOne = new Set(digits).size <= 1;
        assert.ok(isOne, `round ${round}: ${String(found)} of ${String(bytes)}`);
      }
    }
  });

  it(`leaves all records exact that no bit has fallen in (SEED=${SEED})`, async () => {
    for (let round = 0; round < 100; round += 1) {
      const random = seededRandom(SEED * 1000 + round);
      const records = randomRecords(random, 40);
      let file: Buffer = Buffer.from(`[${records.join(",\n")}]`);
      for (let bits = 0; bits < 3; bits += 1) file = flipBit(file, random);
      const source = (async function* () {
        yield file;
      })();
      const { signal } = new AbortController();
      const pieces = await Array.fromAsync(repairRecords(source, "array", signal));
      const exact = pieces.filter(({ verdict }) => verdict === "exact");
      const texts = new Set(exact.map(({ bytes }) => String(bytes)));
      const kept = records.filter((record) => texts.has(record)).length;
      // A bit in a bracket at the end of a record can take the one behind it, too.
      assert.ok(kept >= records.length - 6, `round ${round}: ${kept} kept`);
    }
  });
});
