import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import fc from "fast-check";

import { NumberText } from "../../core/json-number.ts";
import { SEED } from "../../../test/support/seed.ts";
import type { ColumnType } from "../types.ts";
import { TO_COLUMN } from "./column-values.ts";
import { parseInstant, showInstant } from "./instant.ts";
import { Refusal, type SqlValue } from "./sql-value.ts";

const bytes = Buffer.from([0, 255, 16]);

const TAKEN: readonly (readonly [ColumnType, unknown, SqlValue])[] = [
  ["text", "", ""],
  ["text", "日本\0𝄞", "日本\0𝄞"],
  ["text", 9007199254740991, "9007199254740991"],
  ["text", -0, "0"],
  ["text", 1.5, "1.5"],
  ["text", 2n ** 64n, "18446744073709551616"],
  ["text", new NumberText("0.12345678901234567890"), "0.12345678901234567890"],
  ["integer", 5, 5],
  ["integer", -0, 0],
  ["integer", "9223372036854775807", 2n ** 63n - 1n],
  ["integer", "-9223372036854775808", -(2n ** 63n)],
  ["integer", "12", 12],
  ["integer", 7n, 7],
  ["real", 0.1, 0.1],
  ["real", 3, 3],
  ["real", 2n ** 53n + 1n, 2 ** 53],
  ["real", new NumberText("0.12345678901234567890"), 0.12345678901234568],
  ["boolean", true, 1],
  ["boolean", 0, 0],
  ["timestamp", "2020-02-29T23:59:60Z", "2020-02-29T23:59:60Z"],
  ["timestamp", "2020-10-06t19:16:03.123456+05:30", "2020-10-06t19:16:03.123456+05:30"],
  ["timestamp", 1602011763000, "2020-10-06T19:16:03Z"],
  ["timestamp", -1, "1969-12-31T23:59:59.999Z"],
  ["blob", "AP8Q", new Uint8Array(bytes)],
  ["blob", "", new Uint8Array()],
  ["blob", bytes, new Uint8Array(bytes)],
  ["json", { b: [1, "x"], a: null }, '{"a":null,"b":[1,"x"]}'],
  ["json", "text", '"text"'],
  ["json", false, "false"],
  ["json", ["\udc00"], '["\\udc00"]'],
  ["json", { a: undefined, b: 1e21 }, '{"b":1e+21}'],
  ["json", [-(2 ** 60), 2 ** 53 - 1], "[-1152921504606847e3,9007199254740991]"],
  ["json", [2n ** 53n + 1n, new NumberText("1.50e400")], "[9007199254740993,15e399]"],
];

const REFUSED: readonly (readonly [ColumnType, unknown])[] = [
  ["text", Number.POSITIVE_INFINITY],
  ["text", true],
  ["text", {}],
  ["text", { a: 1n }],
  ["text", "\ud800"],
  ["integer", 1.5],
  ["integer", 2 ** 53],
  ["integer", "01"],
  ["integer", "9223372036854775808"],
  ["integer", "1e3"],
  ["integer", true],
  ["integer", 2n ** 63n],
  ["integer", new NumberText("0.12345678901234567890")],
  ["real", "1"],
  ["real", Number.NaN],
  ["real", 10n ** 400n],
  ["real", new NumberText("1e400")],
  ["real", new NumberText("1e-400")],
  ["boolean", "true"],
  ["boolean", 2],
  ["timestamp", "2021-02-29T00:00:00Z"],
  ["timestamp", "2021-02-28T24:00:00Z"],
  ["timestamp", "2021-02-28 00:00"],
  ["timestamp", "yesterday"],
  ["timestamp", 1.5],
  ["timestamp", 9e15],
  ["blob", "AP8"],
  ["blob", "AP8_"],
  ["blob", 7],
  ["json", [undefined]],
  ["json", { a: Number.NaN }],
  ["json", [bytes]],
  ["json", () => 1],
  ["json", JSON.parse("[".repeat(600) + "]".repeat(600))],
];

describe("a column", () => {
  for (const type of Object.keys(TO_COLUMN) as ColumnType[]) {
    it(`of ${type} takes a value exactly or not at all, and nothing as null`, () => {
      const take = TO_COLUMN[type];
      assert.equal(take(null), null);
      assert.equal(take(undefined), null);
      for (const [, given, wanted] of TAKEN.filter(([each]) => each === type)) {
        assert.deepEqual(take(given), wanted);
      }
      for (const [, given] of REFUSED.filter(([each]) => each === type)) {
        assert.throws(() => take(given), Refusal, `${type} ${typeof given}`);
      }
    });
  }

  it("of bytes keeps a copy, whatever becomes of those that it was given", () => {
    const given = new Uint8Array([1]);
    const kept = TO_COLUMN.blob(given);
    given[0] = 2;
    assert.deepEqual(kept, new Uint8Array([1]));
  });

  it(`gives back from the engine what it took (SEED=${SEED})`, () => {
    using database = new DatabaseSync(":memory:");
    database.exec("CREATE TABLE t (x TEXT, i INTEGER, r REAL, b BLOB) STRICT");
    const insert = database.prepare("INSERT INTO t VALUES (?, ?, ?, ?) RETURNING *");
    insert.setReadBigInts(true);
    const property = fc.property(
      fc.string({ unit: "grapheme" }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.uint8Array(),
      (x, i, r, b) => {
        const row = insert.get(
          TO_COLUMN.text(x),
          TO_COLUMN.integer(String(i)),
          TO_COLUMN.real(r),
          TO_COLUMN.blob(Buffer.from(b).toString("base64")),
        );
        // SQLite knows no negative zero.
        assert.deepEqual({ ...row }, { x, i, r: r + 0, b: new Uint8Array(b) });
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 300 });
  });
});

describe("an instant", () => {
  it(`is shown as it is read (SEED=${SEED})`, () => {
    const years = { min: -62_135_596_800_000, max: 253_402_300_799_999 };
    const property = fc.property(fc.integer(years), (ms) => {
      assert.equal(parseInstant(showInstant(ms) ?? ""), ms);
    });
    fc.assert(property, { seed: SEED });
    assert.equal(showInstant(1e20), null);
  });
});
