import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { numbered, treeFrom, upTo } from "../../test/support/entries.ts";
import { compareReceipts } from "./compare.ts";
import { definitionChanges } from "./definition-changes.ts";
import { KEYS_MAX, ProofRows } from "./proof-rows.ts";
import { proofOf, type Proof } from "./proof.ts";
import { sealReceipt, type SealInput } from "./seal.ts";

const input: SealInput = {
  store: "shop",
  at: "2026-01-02T03:04:05Z",
  consistency: "transaction",
  trees: [
    treeFrom(
      upTo(10).map((id) => numbered(id)),
      "orders",
    ),
    treeFrom([], "empty"),
  ],
  references: [{ from: "orders.customer", to: "customers.id", orphans: 0 }],
  schemaElements: [
    {
      kind: "table",
      name: "orders",
      definition: {
        columns: [
          { name: "id", type: "INTEGER", notNull: true },
          { name: "price", type: "REAL", notNull: false },
        ],
        primaryKey: ["id"],
      },
    },
    { kind: "view", name: "cheap", definition: { sql: "SELECT 1" } },
  ],
  portable: null,
  recorded: {},
  level: "none",
};

const { receipt } = sealReceipt(input);
const sealed = (changes: Partial<SealInput>) => sealReceipt({ ...input, ...changes }).receipt;

function sameReceipts(rows: ProofRows): Proof {
  const both = { expected: receipt, actual: receipt };
  return proofOf({ store: "shop", basis: "snapshot", level: "complete", ...both, rows });
}

describe("comparing receipts", () => {
  it("finds nothing between two seals of the same content", () => {
    const differences = compareReceipts(receipt, sealed({ recorded: { pageSize: 512 } }));
    assert.deepEqual(differences, { equal: true, collections: [], schema: [], references: [] });
  });

  it("names the collections that differ, appeared and vanished", () => {
    const trees = [treeFrom([numbered(1)], "orders"), treeFrom([], "new")];
    const { equal, collections } = compareReceipts(receipt, sealed({ trees }));
    assert.equal(equal, false);
    assert.deepEqual(
      collections.map(({ name, expected, actual }) => [name, expected?.count, actual?.count]),
      [
        ["empty", 0, undefined],
        ["new", undefined, 0],
        ["orders", 10, 1],
      ],
    );
  });

  it("says what changed in an element of the schema, and which are missing or extra", () => {
    const definition = {
      columns: [
        { name: "id", type: "INTEGER", notNull: true },
        { name: "price", type: "TEXT", notNull: false },
        { name: "note", type: "TEXT", notNull: false },
      ],
      primaryKey: ["id", "price"],
    };
    const schemaElements = [
      { kind: "table", name: "orders", definition },
      { kind: "trigger", name: "cheap", definition: {} },
    ];
    assert.deepEqual(compareReceipts(receipt, sealed({ schemaElements })).schema, [
      {
        kind: "table",
        name: "orders",
        change: "changed",
        details: [
          "column price: type REAL -> TEXT",
          "column note: extra",
          'primaryKey ["id"] -> ["id","price"]',
        ],
      },
      { kind: "trigger", name: "cheap", change: "extra", details: [] },
      { kind: "view", name: "cheap", change: "missing", details: [] },
    ]);
  });

  it("names the references whose orphans differ", () => {
    const references = [{ from: "orders.customer", to: "customers.id", orphans: 4 }];
    assert.deepEqual(compareReceipts(receipt, sealed({ references })).references, [
      { from: "orders.customer", to: "customers.id", expected: 0, actual: 4 },
    ]);
    const twice = [...input.references, ...input.references];
    assert.equal(compareReceipts(receipt, sealed({ references: twice })).references.length, 1);
  });
});

describe("the changes of a definition", () => {
  it("are named down to the member, whatever its shape", () => {
    assert.deepEqual(
      definitionChanges(
        { sql: "a", options: { strict: false }, columns: [{ name: "a" }, { name: "b" }] },
        { options: { strict: true }, columns: [{ name: "b" }, { name: "a" }], extra: null },
      ),
      [
        "sql a -> nothing",
        "options: strict false -> true",
        "order of columns: a, b -> b, a",
        "extra nothing -> null",
      ],
    );
  });

  it("are never none for definitions that differ", () => {
    const keys = { foreignKeys: [{ from: "a" }, { from: "b" }] };
    assert.deepEqual(definitionChanges(keys, { foreignKeys: [{ from: "b" }, { from: "c" }] }), [
      'foreignKey missing: {"from":"a"}',
      'foreignKey extra: {"from":"c"}',
    ]);
    const twin = { columns: [{ name: "a" }, { name: "a" }] };
    assert.equal(definitionChanges(twin, { columns: [{ name: "a" }] }).length, 1);
    assert.equal(definitionChanges({ a: [] }, { a: {} }).length, 1);
  });
});

describe("a proof", () => {
  it("is equal only when the digests are and no row was found to differ", () => {
    assert.equal(sameReceipts(new ProofRows(null)).equal, true);
    const rows = new ProofRows(null);
    rows.add("orders", "missing", { id: 1 });
    const proof = sameReceipts(rows);
    assert.equal(proof.equal, false);
    assert.deepEqual(
      proof.collections.map(({ name, missing }) => [name, missing]),
      [
        ["empty", []],
        ["orders", [{ id: 1 }]],
      ],
    );
    assert.deepEqual(proof.references, [
      { from: "orders.customer", to: "customers.id", expected: 0, actual: 0 },
    ]);
  });

  it("lists what differs in the schema by kind and name", () => {
    const actual = sealed({ schemaElements: input.schemaElements.slice(0, 1) });
    const proof = proofOf({
      store: "shop",
      basis: "snapshot",
      level: "none",
      expected: receipt,
      actual,
      rows: new ProofRows(null),
      origins: { restored: 10 },
    });
    assert.deepEqual(proof.schema, {
      equal: false,
      missing: ["view cheap"],
      extra: [],
      changed: [],
    });
    assert.equal(proof.origins.restored, 10);
    assert.equal(proof.equal, false);
  });

  it("holds a thousand keys of a kind, counts all, and writes every key when a list overflows", () => {
    const lines: string[] = [];
    let opened = 0;
    const rows = new ProofRows(() => {
      opened++;
      return { path: "differences.ndjson", write: (line) => lines.push(line) };
    });
    rows.add("other", "extra", { id: "first" }, 3);
    for (const id of upTo(KEYS_MAX)) rows.add("orders", "missing", { id });
    assert.equal(opened, 0);
    assert.equal(rows.of("orders").file, null);

    rows.add("orders", "missing", { id: KEYS_MAX });
    rows.add("orders", "changed", { id: -1 });
    const { missing, total, file } = rows.of("orders");
    assert.deepEqual(
      [missing.length, total, file],
      [KEYS_MAX, { missing: KEYS_MAX + 1, extra: 0, changed: 1 }, "differences.ndjson"],
    );
    assert.equal(rows.of("other").file, null);
    assert.equal(opened, 1);
    assert.equal(lines.length, KEYS_MAX + 3);
    assert.deepEqual(JSON.parse(lines[0] ?? ""), {
      collection: "other",
      key: { id: "first" },
      kind: "extra",
      times: 3,
    });
  });
});
