import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as fc from "fast-check";

import { SEED } from "../../../../test/support/seed.ts";
import type { JsonObject } from "../../../core/json.ts";
import { eventLogOptions } from "../options.ts";
import { envelopeReader, fieldAt } from "./envelope.ts";
import { numberMs, rfc3339Ms } from "./rfc3339.ts";

function reader(envelope: Record<string, string>) {
  return envelopeReader(eventLogOptions.parse({ path: "/log", envelope }).envelope, fieldAt);
}

describe("the time of an event", () => {
  it(`is that of any RFC 3339 text that a date is written as (seed ${SEED})`, () => {
    const time = fc.date({
      min: new Date(0),
      max: new Date("9999-12-31T00:00:00Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(time, fc.integer({ min: -1439, max: 1439 }), (date, zone) => {
        assert.equal(rfc3339Ms(date.toISOString()), date.getTime());
        const shifted = new Date(date.getTime() + zone * 60_000).toISOString().slice(0, -1);
        if (shifted.length > 23) return; // beyond the year 9999
        const two = (value: number): string => String(value).padStart(2, "0");
        const minutes = Math.abs(zone);
        const offset = `${zone < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
        assert.equal(rfc3339Ms(`${shifted}456${offset}`), date.getTime());
      }),
      { seed: SEED },
    );
  });

  it("is none in other forms, and on days that do not exist", () => {
    const wrong = [
      "",
      "2026",
      "2026-01-01",
      "2026-01-01T00:00:00",
      "2026-02-29T00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-01-01T24:00:00Z",
      "2026-01-01T00:60:00Z",
      "2026-01-01T00:00:00.Z",
      "2026-01-01T00:00:00+0100",
      "2026-01-01T00:00:00+24:00",
      "2026-01-01 00:00:00",
      "2026-01-01T00:00:00Zx",
      "20260101T000000Z0000",
    ];
    for (const text of wrong) assert.equal(rfc3339Ms(text), null, text);
    assert.equal(rfc3339Ms("2024-02-29t23:59:60z"), Date.UTC(2024, 2, 1));
    assert.equal(rfc3339Ms("2020-10-06T19:16:03Z"), 1_602_011_763_000);
  });

  it("is milliseconds as a large number, else seconds", () => {
    assert.equal(numberMs(1_602_011_763), 1_602_011_763_000);
    assert.equal(numberMs(1_602_011_763_000), 1_602_011_763_000);
    assert.equal(numberMs(1_602_011_763.123), 1_602_011_763_123);
    assert.equal(numberMs(0), 0);
    assert.equal(numberMs(1e300), null);
  });
});

describe("an envelope", () => {
  it("reads fields under other names, and nested ones", () => {
    const read = reader({
      id: "meta.id",
      type: "kind",
      time: "meta.ts",
      data: "body",
      source: "meta.from",
    });
    const line = {
      kind: "sold",
      body: [1],
      meta: { id: 7, ts: 1_700_000_000, from: "till" },
      sequence: 3,
    };
    assert.deepEqual(read(line), {
      id: "7",
      type: "sold",
      source: "till",
      subject: null,
      timeMs: 1_700_000_000_000,
      sequence: "3",
      data: [1],
    });
  });

  it("says what an event lacks", () => {
    const read = reader({ time: "meta.ts" });
    const said = (line: JsonObject): unknown => read(line);
    assert.equal(said({ type: "a" }), "id is missing");
    assert.equal(said({ id: "", type: "a" }), "id is missing");
    assert.equal(said({ id: 2 ** 53, type: "a" }), "id is no text: 9007199254740992");
    assert.equal(said({ id: "1", type: { of: 1 } }), 'type is no text: {"of":1}');
    assert.match(
      String(said({ id: "1", type: "a", meta: { ts: "soon" } })),
      /^meta\.ts is no time .*"soon"$/,
    );
    assert.equal(said({ id: "1", type: "a", source: true }), "source is no text: true");
  });

  it("takes no name that every object has for a field", () => {
    const read = reader({ id: "toString", type: "constructor" });
    assert.equal(read({}), "toString is missing");
  });
});
