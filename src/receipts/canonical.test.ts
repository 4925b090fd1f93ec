import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { anyValue, blob, integer, nothing, real, text } from "../../test/support/entries.ts";
import { SalvorError } from "../core/errors.ts";
import { readKey, readRecord, writeKey, writeRecord } from "./canonical.ts";
import type { Value } from "./types.ts";
import { readVarint, varintLength, writeVarint } from "./varint.ts";

const CLASSES = ["null", "integer", "real", "text", "blob"];

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const plain = (values: readonly Value[]) =>
  values.map((value) => ("bytes" in value ? { ...value, bytes: hex(value.bytes) } : value));

/** The order that keys promise, said directly. */
function order(a: Value, b: Value): number {
  if (a.type !== b.type) return CLASSES.indexOf(a.type) - CLASSES.indexOf(b.type);
  if ("bytes" in a && "bytes" in b) return Buffer.compare(a.bytes, b.bytes);
  if ("value" in a && "value" in b) return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  return 0;
}

function orderAll(a: readonly Value[], b: readonly Value[]): number {
  for (const [index, value] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const found = order(value, other);
    if (found !== 0) return found;
  }
  return a.length - b.length;
}

describe("a canonical row", () => {
  it("gives back the values that it was made of, whatever they are", () => {
    fc.assert(
      fc.property(fc.array(anyValue, { maxLength: 20 }), (values) => {
        assert.deepEqual(plain(readRecord(writeRecord(values))), plain(values));
      }),
    );
  });

  it("has room for more columns than one byte of header counts", () => {
    for (const columns of [124, 125, 126, 127, 128, 2000, 17_000]) {
      const values = Array.from({ length: columns }, (_, index) => integer(index % 2));
      const record = writeRecord(values);
      assert.equal(readVarint(record, 0, record.length)?.value, record.length);
      assert.deepEqual(readRecord(record), values);
    }
  });

  it("spells integers as small as SQLite can", () => {
    const lengths = [0n, 1n, 2n, -1n, 128n, -32_769n, 1n << 31n, 1n << 47n, -(1n << 63n)].map(
      (value) => writeRecord([integer(value)]).length - 2,
    );
    assert.deepEqual(lengths, [0, 0, 1, 1, 2, 3, 6, 8, 8]);
  });

  it("refuses an integer that no database has", () => {
    assert.throws(() => writeRecord([integer(1n << 63n)]), SalvorError);
    assert.throws(() => writeKey([integer(-(1n << 63n) - 1n)]), SalvorError);
  });

  it("is read with its bounds checked: bytes from anywhere give values or RECEIPT_INVALID", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
        for (const read of [readRecord, readKey]) {
          try {
            read(bytes);
          } catch (error) {
            assert.equal(error instanceof SalvorError && error.code, "RECEIPT_INVALID");
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("is refused when a byte is missing or one too many", () => {
    const record = writeRecord([text("salvor"), integer(70_000), real(1.5)]);
    assert.throws(() => readRecord(record.subarray(0, -1)), SalvorError);
    assert.throws(() => readRecord(Buffer.concat([record, Buffer.of(0)])), SalvorError);
  });
});

describe("a canonical key", () => {
  it("gives back the values that it was made of, negative zero as zero", () => {
    fc.assert(
      fc.property(fc.array(anyValue, { maxLength: 6 }), (values) => {
        const expected = values.map((value) =>
          value.type === "real" && value.value === 0 ? real(0) : value,
        );
        assert.deepEqual(plain(readKey(writeKey(values))), plain(expected));
      }),
    );
  });

  it("has bytes in the order of its values, component by component", () => {
    const keys = fc.array(anyValue, { maxLength: 3 });
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        const bytes = Buffer.compare(writeKey(a), writeKey(b));
        assert.equal(Math.sign(bytes), Math.sign(orderAll(a, b)));
      }),
      { numRuns: 3000 },
    );
  });

  it("keeps texts apart that end where others go on with zero bytes", () => {
    const keys = [
      [text("a"), text("")],
      [text("a"), blob()],
      [text("a\0"), nothing],
      [text("a\0\0"), nothing],
      [text("a\u0001"), nothing],
    ].map((values) => hex(writeKey(values)));
    assert.deepEqual(keys.toSorted(), keys);
    assert.equal(new Set(keys).size, keys.length);
  });

  it("is refused when it is cut off anywhere", () => {
    const key = writeKey([text("a\0b"), integer(5)]);
    for (let length = 1; length < key.length; length++) {
      if (length === 7) continue; // the text alone is whole
      assert.throws(() => readKey(key.subarray(0, length)), SalvorError, `${length}`);
    }
  });
});

describe("a variable-length integer", () => {
  it("is read back from as many bytes as it says", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = new Uint8Array(10);
        const end = writeVarint(bytes, 1, value);
        assert.equal(end - 1, varintLength(value));
        assert.deepEqual(readVarint(bytes, 1, end), { value, end });
        assert.equal(readVarint(bytes, 1, end - 1), null);
      }),
    );
  });

  it("has no second spelling", () => {
    assert.equal(readVarint(Uint8Array.of(0x80, 0x01), 0, 2), null);
  });
});
