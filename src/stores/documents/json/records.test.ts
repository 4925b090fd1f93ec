import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { flipBit, randomRecords } from "../../../../test/support/json-documents.ts";
import { seededRandom } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import { readRecords, recordsOf, type RecordForm } from "./records.ts";

const FORMS = ["jsonl", "array", "object"] as const;
const { signal } = new AbortController();

function fileOf(records: readonly string[], form: RecordForm, indent = ""): Buffer {
  if (form === "jsonl") return Buffer.from(records.map((record) => `${record}\n`).join(""));
  const [open, close] = form === "array" ? ["[", "]"] : ["{", "}"];
  const members = form === "array" ? records : records.map((record, at) => `"k${at}":${record}`);
  return Buffer.from(`${open}${indent}${members.join(`,${indent}`)}${indent && "\n"}${close}`);
}

async function* inPortions(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function summary(
  pieces: Iterable<{ kind: string; at: number; end: number; line: number }>,
): string[] {
  return [...pieces].map(({ kind, at, end, line }) => `${kind} ${at}-${end} line ${line}`);
}

describe("the records of a file", () => {
  it("come with place, line, index and key", () => {
    const [first, second] = recordsOf(Buffer.from('{\n "a": 1,\n "b~": {"x":2}\n}\n'), "object");
    assert.ok(first !== undefined && second !== undefined);
    const { bytes, ...place } = second;
    assert.equal(String(bytes), '{"x":2}');
    assert.deepEqual(place, {
      kind: "record",
      index: 1,
      key: "b~",
      from: 12,
      at: 18,
      end: 25,
      line: 3,
    });
    assert.equal(first.key, "a");
  });

  for (const form of FORMS) {
    for (const indent of form === "jsonl" ? [""] : ["", "\n  "]) {
      const name = `${form}${indent === "" ? "" : ", indented"}`;
      it(`come whole from an undamaged file (${name})`, () => {
        const records = randomRecords(seededRandom(SEED), 100);
        const pieces = [...recordsOf(fileOf(records, form, indent), form)];
        assert.deepEqual(
          pieces.map(({ bytes }) => String(bytes)),
          records,
        );
        assert.ok(pieces.every(({ kind }) => kind === "record"));
      });

      // One bit can fall in a separator, which belongs to two records; then one of them may go.
      it(`are lost by one at most for one fallen bit, and none is made up (${name}, SEED=${SEED})`, () => {
        for (let round = 0; round < 250; round += 1) {
          const random = seededRandom(SEED * 1000 + round);
          const records = randomRecords(random, 20);
          const file = flipBit(fileOf(records, form, indent), random);
          const pieces = [...recordsOf(file, form)];
          const sound = pieces
            .filter(({ kind }) => kind === "record")
            .map(({ bytes }) => String(bytes));
          const intact = records.filter((record) => sound.includes(record)).length;
          const strange = sound.filter((record) => !records.includes(record));
          const what = `round ${round}: ${summary(pieces).join("; ")}`;
          assert.ok(intact >= records.length - 1 - (form === "object" ? 1 : 0), what);
          assert.ok(strange.length <= 1, `${what}: ${strange.join(" ")}`);
        }
      });

      it(`are the same however the file is read (${name}, SEED=${SEED})`, async () => {
        for (let round = 0; round < 20; round += 1) {
          const random = seededRandom(SEED * 1000 + round);
          const file = flipBit(fileOf(randomRecords(random, 20), form, indent), random);
          const expected = summary(recordsOf(file, form));
          const portions = inPortions(file, 1 + random.below(300));
          const pieces = await Array.fromAsync(readRecords(portions, form, signal));
          assert.deepEqual(summary(pieces), expected);
        }
      });
    }
  }

  it("are not made of the lists inside a damaged one", () => {
    const inner = '{"id":1,"q":2},{"id":2,"q":3},{"id":3,"q":4}';
    const broken = `{"id":0,"name"#"x","items":[${inner}]}`;
    const whole = `{"id":7,"name":"y","items":[${inner}]}`;
    const pieces = [...recordsOf(Buffer.from(`[${broken},${whole},${whole}]`), "array")];
    assert.deepEqual(
      summary(pieces).map((each) => each.split(" ")[0]),
      ["damaged", "record", "record"],
    );
  });

  it("end in a cut where the file does, and a number there may have lost digits", () => {
    const pieces = [...recordsOf(Buffer.from("[1,22,3"), "array")];
    assert.deepEqual(
      pieces.map(({ kind }) => kind),
      ["record", "record", "damaged", "cut"],
    );
  });

  it("take memory by the largest record and not by the file", async () => {
    const record = Buffer.from(`{"id":1,"text":"${"x".repeat(1000)}"},`);
    const portion = Buffer.concat(Array.from({ length: 64 }, () => record));
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("[");
      for (let count = 0; count < 1500; count += 1) yield portion;
    }
    let most = 0;
    let records = 0;
    for await (const { bytes } of readRecords(endless(), "array", signal)) {
      most = Math.max(most, bytes.buffer.byteLength);
      records += 1;
    }
    assert.equal(records, 1500 * 64 + 1);
    assert.ok(most < 1_000_000, `${most} bytes held`);
  });

  it("stop when they are told to", async () => {
    const stopped = AbortSignal.abort();
    await assert.rejects(
      Array.fromAsync(readRecords(inPortions(Buffer.from("[1]"), 1), "array", stopped)),
      {
        name: "AbortError",
      },
    );
  });

  it("are found in linear time in files made to hinder it", () => {
    for (const text of [
      '{"a":'.repeat(60_000),
      "[".repeat(200_000),
      '{"a":1,'.repeat(40_000),
      '"\\"'.repeat(90_000),
    ]) {
      for (const form of FORMS) assert.ok([...recordsOf(Buffer.from(`[${text}`), form)].length > 0);
    }
  });
});
