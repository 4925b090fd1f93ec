import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import type { Json } from "../../core/json.ts";
import type { LogEvent } from "../../stores/events.ts";
import { createIndexes, createTables } from "../draft/user-tables.ts";
import { StateTable } from "../state-table.ts";
import type { ProjectionRule, ProjectionTable, ProjectionUpcast } from "../types.ts";
import { Refusal } from "../values/sql-value.ts";
import { compileRules } from "./compile.ts";
import { pathOf } from "./path.ts";
import { compileUpcast } from "./upcast.ts";

function event(type: string, data: Json, more: Partial<LogEvent> = {}): LogEvent {
  const fields = { id: "1", source: null, subject: null, timeMs: 0, sequence: null };
  return { ...fields, type, data, ...more };
}

const TABLES = {
  parts: {
    key: ["order", "no"],
    columns: { no: "integer", order: "text", name: "text", price: "real", raw: "json" },
    indexes: [["name"], ["price", "no"]],
  },
} as const satisfies Record<string, ProjectionTable>;

function open(on: Readonly<Record<string, readonly ProjectionRule[]>>) {
  const database = new DatabaseSync(":memory:");
  createTables(database, TABLES);
  createIndexes(database, TABLES);
  const parts = new StateTable(database, "parts", TABLES.parts);
  const handlers = compileRules(on, new Map([["parts", parts]]));
  return {
    apply: (each: LogEvent) => handlers.get(each.type)?.(each),
    parts,
    rows: () => {
      parts.flush();
      return database
        .prepare("SELECT * FROM parts")
        .all()
        .map((row) => Object.values(row));
    },
    [Symbol.dispose]: () => database.close(),
  };
}

const set = { order: "data.o", no: "data.n" };

describe("a rule", () => {
  it("puts what its paths find, values of its own, and fields beside data", () => {
    using state = open({
      made: [
        { upsert: "parts", set: { ...set, name: "subject", price: { value: 1.5 }, raw: "data" } },
      ],
      timed: [{ upsert: "parts", set: { ...set, name: "time", raw: { value: [true] } } }],
    });
    state.apply(event("made", { o: "a", n: 1 }, { subject: "first" }));
    state.apply(event("timed", { o: "a", n: 2 }, { timeMs: 1000 }));
    state.apply(event("unknown", { o: "a", n: 3 }));
    assert.deepEqual(state.rows(), [
      [1, "a", "first", 1.5, '{"n":1,"o":"a"}'],
      [2, "a", "1970-01-01T00:00:01Z", null, "[true]"],
    ]);
  });

  it("leaves the columns that it does not name as they are, in memory and in the table", () => {
    using state = open({
      named: [{ upsert: "parts", set: { ...set, name: "data.name" } }],
      priced: [{ upsert: "parts", set: { ...set, price: "data.price" } }],
    });
    state.apply(event("named", { o: "a", n: 1, name: "screw" }));
    state.apply(event("priced", { o: "a", n: 1, price: 2 }));
    assert.deepEqual(state.rows(), [[1, "a", "screw", 2, null]]);
    state.apply(event("priced", { o: "a", n: 1, price: 3 }));
    state.apply(event("named", { o: "a", n: 1 }));
    assert.deepEqual(state.rows(), [[1, "a", null, 3, null]]);
  });

  it("deletes by all parts of a key, in their order, and does nothing where nothing is", () => {
    using state = open({
      made: [{ upsert: "parts", set }],
      gone: [{ delete: "parts", key: ["data.o", "data.n"] }],
    });
    for (const n of [1, 2, 11]) state.apply(event("made", { o: "1", n }));
    state.apply(event("made", { o: "11", n: 1 }));
    state.apply(event("gone", { o: "1", n: "1" }));
    state.apply(event("gone", { o: "9", n: 9 }));
    assert.deepEqual(
      state.rows().map(([no, order]) => `${String(order)}/${String(no)}`),
      ["1/2", "1/11", "11/1"],
    );
    state.apply(event("gone", { o: "1", n: 2 }));
    state.apply(event("made", { o: "1", n: 2 }));
    state.apply(event("gone", { o: "11", n: 1 }));
    assert.equal(state.rows().length, 2);
  });

  it("refuses an event without a part of the key, and what does not fit, by name", () => {
    using state = open({
      made: [{ upsert: "parts", set: { ...set, price: "data.price" } }],
      gone: [{ delete: "parts", key: ["data.o", "data.n"] }],
    });
    const refusal = (each: LogEvent): string => {
      try {
        state.apply(each);
      } catch (error) {
        assert.ok(error instanceof Refusal);
        return error.message;
      }
      return "was applied";
    };
    assert.equal(
      refusal(event("made", { o: "a" })),
      'data.n is missing, and "no" is part of the key of parts',
    );
    assert.equal(
      refusal(event("gone", { n: 1 })),
      'data.o is missing, and "order" is part of the key of parts',
    );
    assert.equal(
      refusal(event("made", { o: "a", n: 1, price: "dear" })),
      'data.price does not fit the column "price": "dear" is no number',
    );
    assert.deepEqual(state.rows(), []);
  });

  it("of several for one event sees what the ones before it did, and all can be undone", () => {
    using state = open({
      moved: [
        { upsert: "parts", set: { order: "data.to", no: "data.n", name: "data.name" } },
        { delete: "parts", key: ["data.from", "data.n"] },
        { upsert: "parts", set: { order: "data.to", no: "data.n", price: { value: 7 } } },
      ],
    });
    state.apply(event("moved", { from: "a", to: "b", n: 1, name: "nut" }));
    assert.deepEqual(state.rows(), [[1, "b", "nut", 7, null]]);
    state.parts.mark();
    assert.throws(() => state.apply(event("moved", { to: "c", n: 1, name: "nut" })), Refusal);
    state.parts.undo();
    assert.deepEqual(state.rows(), [[1, "b", "nut", 7, null]]);
  });
});

describe("a path", () => {
  it("finds what an event itself has, and nothing that every object has", () => {
    const found = (path: string, data: Json): unknown => pathOf(path)?.(event("t", data));
    assert.equal(found("data.a.b.c", { a: { b: { c: 1 } } }), 1);
    assert.equal(found("data.a.0", { a: ["x"] }), "x");
    assert.equal(found("data.a.b", { a: null }), undefined);
    assert.equal(found("data.a", [1]), undefined);
    assert.equal(found("data.constructor.name", {}), undefined);
    assert.equal(found("data.__proto__", {}), undefined);
    assert.equal(found("type", 0), "t");
    for (const path of ["", "date.a", "toString", "type.a"]) assert.equal(pathOf(path), null);
  });
});

describe("an upcast", () => {
  const upcast = (
    rules: Readonly<Record<string, readonly Partial<ProjectionUpcast>[]>>,
    each: LogEvent,
  ): LogEvent => {
    const whole = Object.entries(rules).map(([type, list]) => [
      type,
      list.map((rule) => ({ when: {}, to: null, default: {}, ...rule })),
    ]);
    const newest = compileUpcast(Object.fromEntries(whole));
    assert.ok(newest !== null);
    return newest(each);
  };

  it("renames a type, and goes on with the upcasts of the new one", () => {
    const rules = {
      "v1.added": [{ to: "v2.added", default: { "data.mode": "100644" } }],
      "v2.added": [{ to: "added", default: { "data.owner.name": "nobody" } }],
    };
    const { type, data } = upcast(rules, event("v1.added", { path: "p" }));
    assert.deepEqual(
      [type, data],
      ["added", { path: "p", mode: "100644", owner: { name: "nobody" } }],
    );
    assert.deepEqual(upcast(rules, event("other", 1)), event("other", 1));
  });

  it("applies where its condition holds only, and changes nothing that is there", () => {
    const rules = {
      added: [
        { when: { "data.version": 1 }, default: { "data.mode": "old" } },
        { when: { "data.mode": null }, default: { "data.mode": "new" } },
      ],
    };
    const modes = [{ version: 1 }, { version: 2 }, { mode: "kept", version: 1 }].map(
      (data) => (upcast(rules, event("added", data)).data as { mode: string }).mode,
    );
    assert.deepEqual(modes, ["old", "new", "kept"]);
    assert.equal(upcast(rules, event("added", "text")).data, "text");
  });

  it("of types that lead back to themselves ends", () => {
    const rules = { a: [{ to: "b" }], b: [{ to: "a" }] };
    assert.match(upcast(rules, event("a", 1)).type, /^[ab]$/);
    assert.equal(compileUpcast({}), null);
  });
});
