import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { anyValue, blob, integer, nothing, real, text } from "../../test/support/entries.ts";
import { SalvorError } from "../core/errors.ts";
import { readRecord } from "./canonical.ts";
import { logicalTypeOf, parseLogicalType, type LogicalType } from "./logical-types.ts";
import { toPortable } from "./logical-values.ts";
import { portableEntry, portableShape, UnlistedColumns } from "./portable.ts";
import type { TextEncoding } from "./show.ts";
import type { Value } from "./types.ts";

/** The common form as people write it, or `! reason`. */
function common(value: Value, type: string, encoding: TextEncoding = "utf-8"): string {
  const portable = toPortable(value, parseLogicalType(type), encoding);
  if (typeof portable === "string") return `! ${portable}`;
  if (portable.type === "null") return "null";
  if ("value" in portable) return `${portable.type} ${portable.value}`;
  return `${portable.type} ${Buffer.from(portable.bytes).toString()}`;
}

const DECLARED: readonly (readonly [string, string])[] = [
  ["INTEGER", "integer"],
  ["bigint unsigned", "integer"],
  ["VARCHAR(40)", "text"],
  ["BLOB", "bytes"],
  ["double precision", "real"],
  ["BOOLEAN", "boolean"],
  ["DATE", "date"],
  ["DATETIME", "timestamp"],
  ["TIMESTAMP WITH TIME ZONE", "timestamp"],
  ["DECIMAL(10,2)", "decimal(10,2)"],
  ["NUMERIC(10)", "decimal(10)"],
  ["NUMERIC", "any"],
  ["JSON", "json"],
  ["", "any"],
  ["GEOMETRY", "any"],
];

// Given a value and a logical type, its common form: the table of the document, line by line.
const FORMS: readonly (readonly [Value, string, string])[] = [
  [nothing, "integer", "null"],
  [integer(7), "integer", "integer 7"],
  [real(7), "integer", "integer 7"],
  [real(1e20), "integer", "text 100000000000000000000"],
  [text("-9223372036854775809"), "integer", "text -9223372036854775809"],
  [text("007"), "integer", "integer 7"],
  [real(7.5), "integer", "! real that is not an integer"],
  [integer(7), "real", "real 7"],
  [integer(2n ** 53n + 1n), "real", "! an integer that no double holds"],
  [real(-0), "real", "real 0"],
  [text("x"), "real", "! text in a real column"],
  [text("é"), "text", "text é"],
  [integer(1), "text", "! integer in a text column"],
  [blob(65), "bytes", "blob A"],
  [text("A"), "bytes", "! text in a bytes column"],
  [integer(1), "boolean", "integer 1"],
  [real(0), "boolean", "integer 0"],
  [text("T"), "boolean", "integer 1"],
  [text("off"), "boolean", "integer 0"],
  [integer(2), "boolean", "! integer that is neither true nor false"],
  [text("maybe"), "boolean", "! text that is neither true nor false"],
  [integer(12), "decimal(10,2)", "text 12.00"],
  [real(0.1), "decimal(10,2)", "text 0.10"],
  [real(-1234.5), "decimal(10,2)", "text -1234.50"],
  [real(0.1 + 0.2), "decimal(10,2)", "! a number with more than 2 digits after the point"],
  [real(1e21), "decimal(30,0)", "text 1000000000000000000000"],
  [text("0012.5000"), "decimal(10,2)", "text 12.50"],
  [text("-0.00"), "decimal(10,2)", "text 0.00"],
  [text("1e-2"), "decimal(10,2)", "text 0.01"],
  [text("1e999999999"), "decimal(10,2)", "! text that is not a decimal number"],
  [text("12,50"), "decimal(10,2)", "! text that is not a decimal number"],
  [real(Infinity), "decimal(10,2)", "! real that is not a decimal number"],
  [text("2024-02-29"), "date", "text 2024-02-29"],
  [text("2024-02-29 00:00:00"), "date", "text 2024-02-29"],
  [real(2460369.5), "date", "text 2024-02-29"],
  [text("2023-02-29"), "date", "! text that has no such day"],
  [text("2024-00-10"), "date", "! text that has no such day"],
  [text("2024-02-29 12:00"), "date", "! a date with a time of day"],
  [integer(20240229), "date", "! integer in a time column"],
  [text("2024-02-29"), "timestamp", "text 2024-02-29T00:00:00.000000Z"],
  [text("2024-02-29 13:14"), "timestamp", "text 2024-02-29T13:14:00.000000Z"],
  [text("2024-02-29T13:14:15.123456Z"), "timestamp", "text 2024-02-29T13:14:15.123456Z"],
  [text("2024-03-01 01:00:00+02:00"), "timestamp", "text 2024-02-29T23:00:00.000000Z"],
  [text("0001-01-01 00:00:00.5"), "timestamp", "text 0001-01-01T00:00:00.500000Z"],
  [text("1969-12-31 23:59:59.999999"), "timestamp", "text 1969-12-31T23:59:59.999999Z"],
  [text("2024-02-29 13:14:15.1234567"), "timestamp", "! text that is finer than a microsecond"],
  [text("2024-02-29 24:00:00"), "timestamp", "! text that has no such time"],
  [text("0000-01-01 00:00:00+01:00"), "timestamp", "! an instant outside the years 0 to 9999"],
  [text("yesterday"), "timestamp", "! text that is not a date or time"],
  [real(2460370.0), "timestamp", "text 2024-02-29T12:00:00.000000Z"],
  [real(1.7e9), "timestamp", "! real that is not a Julian day"],
  [integer(1709208000), "timestamp", "! integer in a time column"],
  [integer(1709208000), "unixtime", "text 2024-02-29T12:00:00.000000Z"],
  [integer(-1), "unixmillis", "text 1969-12-31T23:59:59.999000Z"],
  [integer(-1), "unixmicros", "text 1969-12-31T23:59:59.999999Z"],
  [integer(2n ** 62n), "unixtime", "! an instant outside the years 0 to 9999"],
  [text('{ "b": 1.0, "a": [1e2, "\\u0041"] }'), "json", 'text {"a":[100,"A"],"b":1}'],
  [integer(5), "json", "text 5"],
  [text('{"a":1,"a":2}'), "json", "! text that names a member twice"],
  [
    text("12345678901234567890"),
    "json",
    "! text that holds a number that loses precision: 12345678901234567890",
  ],
  [text('"\\ud800"'), "json", "! text that holds half a character"],
  [text("{"), "json", "! text that is not JSON"],
  [text("[".repeat(1000) + "]".repeat(1000)), "json", "! text that is nested more than 512 deep"],
  [blob(1), "json", "! binary JSON"],
  [{ type: "text", bytes: Uint8Array.of(0xff) }, "text", "! text that is not valid"],
];

describe("a logical type", () => {
  for (const [declared, type] of DECLARED)
    it(`of "${declared}" is ${type}`, () => {
      assert.deepEqual(logicalTypeOf(declared), parseLogicalType(type));
    });

  it("is refused when there is none of that name", () => {
    for (const name of ["money", "decimal", "decimal(a)", "integer(5)", ""])
      assert.throws(
        () => parseLogicalType(name),
        (error) => error instanceof SalvorError && error.code === "CONFIG_INVALID",
      );
  });
});

describe("a portable value", () => {
  for (const [value, type, expected] of FORMS) {
    const shown = common(value, "any").slice(0, 40);
    it(`of ${shown} in a column of ${type} is ${expected}`, () => {
      assert.equal(common(value, type), expected);
    });
  }

  it("stays as it is once it has its common form, whatever it was", () => {
    const types = [
      "integer",
      "real",
      "boolean",
      "decimal(9,3)",
      "date",
      "timestamp",
      "json",
      "any",
    ];
    const words = fc.oneof(
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.json({ maxDepth: 2 }),
      fc.constantFrom("t", "2024-02-29", "12.5"),
    );
    const values = fc.oneof(anyValue, words.map(text));
    fc.assert(
      fc.property(values, fc.constantFrom(...types), (value, name) => {
        const type: LogicalType = parseLogicalType(name);
        const once = toPortable(value, type, "utf-8");
        if (typeof once !== "string") assert.deepEqual(toPortable(once, type, "utf-8"), once);
      }),
      { numRuns: 2000 },
    );
  });

  it("is the instant that JavaScript's own calendar knows", () => {
    const dates = fc.date({
      min: new Date("0000-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, (date) => {
        const expected = `text ${date.toISOString().replace("Z", "000Z")}`;
        assert.equal(common(text(date.toISOString()), "timestamp"), expected);
        assert.equal(common(integer(date.getTime()), "unixmillis"), expected);
        assert.equal(common(integer(BigInt(date.getTime()) * 1000n), "unixmicros"), expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("is the same text from every encoding", () => {
    const little = Buffer.from("añ🚢", "utf16le");
    const big = Buffer.from(little).swap16();
    assert.equal(common({ type: "text", bytes: little }, "text", "utf-16le"), "text añ🚢");
    assert.equal(common({ type: "text", bytes: big }, "text", "utf-16be"), "text añ🚢");
    const half = { type: "text", bytes: Uint8Array.of(0x00, 0xd8) } as const;
    assert.equal(common(half, "text", "utf-16le"), "! text that is not valid");
  });
});

describe("a portable row", () => {
  const shape = portableShape({
    collection: "invoice",
    columns: [
      { name: "id", declared: "INTEGER" },
      { name: "total", declared: "REAL" },
      { name: "Paid", declared: "BOOL" },
    ],
    key: ["id"],
    encoding: "utf-8",
    types: { "invoice.total": "decimal(10,2)" },
  });

  it("has its columns in the order of their names and its types from the configuration", () => {
    const unlisted = new UnlistedColumns();
    const { key, row } = portableEntry([integer(1), real(9.5), text("yes")], shape, unlisted);
    assert.deepEqual(readRecord(row), [
      integer(1),
      integer(1),
      { type: "text", bytes: new Uint8Array(Buffer.from("9.50")) },
    ]);
    assert.equal(key.length, 9);
    assert.deepEqual(unlisted.list(), []);
  });

  it("takes what has no common form as it is, and names the column once", () => {
    const unlisted = new UnlistedColumns();
    const { row } = portableEntry([integer(1), real(0.001), text("yes")], shape, unlisted);
    portableEntry([integer(2), real(0.002), text("perhaps")], shape, unlisted);
    assert.deepEqual(readRecord(row)[2], real(0.001));
    assert.deepEqual(unlisted.list(), [
      "invoice.Paid: text that is neither true nor false",
      "invoice.total: a number with more than 2 digits after the point",
    ]);
  });

  it("is its own key where there is none", () => {
    const keyless = { ...shape, key: [] };
    const entry = portableEntry([integer(1), nothing, nothing], keyless, new UnlistedColumns());
    assert.equal(entry.row.length, 0);
    assert.equal(readRecord(entry.key).length, 3);
  });
});
