import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Expectations } from "../receipts/suspicion.ts";
import type { Receipt } from "../receipts/types.ts";
import { backupObservations } from "./backup-observations.ts";
import { type Baseline } from "./baseline.ts";
import { compareCounts } from "./compare-counts.ts";
import { compareMetadata } from "./compare-metadata.ts";
import { compareStructure } from "./compare-structure.ts";
import { presentIn } from "./present.ts";
import {
  baseline,
  codes,
  type Counts,
  fewer,
  full,
  INDEX,
  receiptOf,
  snapshotOf,
} from "./samples.ts";

describe("the numbers of rows", () => {
  const counts = (now: Counts, expect: Expectations, then: Counts = full) =>
    compareCounts(baseline(then), presentIn(receiptOf(now)), expect);

  it("are in order when they stay or grow", () => {
    assert.deepEqual(counts(full, { "*": { shrinkMax: 0 } }), []);
    assert.deepEqual(counts({ ...full, customer: 101 }, { customer: { appendOnly: true } }), []);
  });

  it("that fell are a notice that names how many, and the snapshot that has them", () => {
    const [only, ...others] = counts({ ...full, customer: 99 }, {});
    assert.deepEqual(others, []);
    assert.deepEqual(
      [only?.code, only?.severity, only?.remedies],
      ["collection.shrunk", "low", ["put-back-rows"]],
    );
    assert.equal(
      only?.description,
      "customer fell from 100 rows to 99: 1 gone; snapshot 111111111111 of 2026-01-01 04:00:00 UTC has them",
    );
  });

  it("may fall as far as their owner says, and no further", () => {
    const expect = { "*": { shrinkMax: 0.05 } };
    assert.deepEqual(counts({ ...full, customer: 95 }, expect), []);
    assert.deepEqual(codes(counts({ customer: 94, invoice: 189 }, expect)), [
      ["expect.shrunk", "high", "customer"],
      ["expect.shrunk", "high", "invoice"],
    ]);
    assert.equal(counts({ ...full, customer: 94 }, expect)[0]?.category, "rule");
  });

  it("may not fall at all where rows must stay", () => {
    const expect = { "*": { shrinkMax: 1 }, invoice: { appendOnly: true } };
    assert.deepEqual(codes(counts({ customer: 0, invoice: 199 }, expect)), [
      ["expect.append-only", "high", "invoice"],
    ]);
  });

  it("say nothing of a table that vanished, unless it must be there", () => {
    assert.deepEqual(counts({ invoice: 200 }, {}), []);
    const expect = { customer: { present: true }, ghost: { present: true } };
    const found = counts({ invoice: 200 }, expect);
    assert.deepEqual(codes(found), [
      ["expect.present", "high", "customer"],
      ["expect.present", "high", "ghost"],
    ]);
    assert.deepEqual(
      found.map(({ remedies }) => remedies),
      [["put-back-rows"], []],
    );
  });

  it("are expected without any snapshot too, as far as that goes", () => {
    const now = presentIn(receiptOf(fewer));
    assert.deepEqual(compareCounts(null, now, { "*": { shrinkMax: 0 } }), []);
    assert.deepEqual(codes(compareCounts(null, now, { ghost: { present: true } })), [
      ["expect.present", "high", "ghost"],
    ]);
    assert.deepEqual(
      compareCounts(null, { ...now, collections: null }, { ghost: { present: true } }),
      [],
    );
  });

  it("name the newest snapshot that has the rows, though it be a doubtful one", () => {
    const last: Baseline = {
      snapshot: snapshotOf(1, receiptOf(full)),
      doubtful: [
        snapshotOf(2, receiptOf({ customer: 10, invoice: 200 })),
        snapshotOf(3, receiptOf({ customer: 10, invoice: 3 })),
      ],
    };
    const found = compareCounts(last, presentIn(receiptOf({ customer: 10, invoice: 3 })), {});
    assert.match(found[0]?.description ?? "", /customer fell .*snapshot 111111111111/);
    assert.match(found[1]?.description ?? "", /invoice fell .*snapshot 222222222222/);
  });

  it("do not count for what belongs to the engine", () => {
    const then = baseline({ docs_data: 50 }, { internal: ["docs_data"] });
    assert.deepEqual(compareCounts(then, presentIn(receiptOf({ docs_data: 1 })), {}), []);
  });
});

describe("the structure", () => {
  const structure = (now: Receipt, expect: Expectations = {}, then: Counts = full) =>
    compareStructure(baseline(then), presentIn(now), expect);

  it("is in order when it is what it was", () => {
    assert.deepEqual(structure(receiptOf(full)), {
      ok: true,
      missing: [],
      unexpected: [],
      observations: [],
    });
  });

  it("lacks a table that vanished, once, though its index went with it", () => {
    const { ok, missing, observations } = structure(receiptOf({ customer: 100 }));
    assert.deepEqual([ok, missing], [false, ["invoice"]]);
    assert.deepEqual(codes(observations), [["collection.vanished", "high", "invoice"]]);
    assert.deepEqual(observations[0]?.remedies, ["put-back-rows"]);
    assert.equal(
      observations[0]?.description,
      "invoice is gone: it had 200 rows; snapshot 111111111111 of 2026-01-01 04:00:00 UTC has it",
    );
  });

  it("is that of another store when nothing of it is left, which is restored and not filled up", () => {
    for (const [now, said] of [
      [receiptOf({}), /none of its 2 collections with 300 rows is left: it was emptied/],
      [receiptOf({ other: 5 }), /another store stands in its place/],
    ] as const) {
      const [first, ...others] = structure(now).observations;
      assert.deepEqual([first?.code, first?.severity], ["store.replaced", "critical"]);
      assert.deepEqual(first?.remedies, ["restore-beside", "exchange"]);
      assert.match(first?.description ?? "", said);
      assert.ok(others.length >= 2);
    }
    const meant = { "*": { present: false } };
    assert.deepEqual(codes(structure(receiptOf({}), meant).observations), []);
    const renamed = structure(receiptOf({ client: 1 }), {}, { customer: 1 });
    assert.ok(renamed.observations.every(({ code }) => code !== "store.replaced"));
  });

  it("may lack what its owner lets go, and must have what its owner wants", () => {
    const now = receiptOf({ customer: 100 });
    assert.deepEqual(structure(now, { invoice: { present: false } }).observations, []);
    assert.deepEqual(codes(structure(now, { invoice: { present: true } }).observations), [
      ["expect.present", "high", "invoice"],
    ]);
    const never = compareStructure(null, presentIn(now), { ghost: { present: true } });
    assert.deepEqual([never.ok, never.missing], [false, ["ghost"]]);
  });

  it("names what is new, and is in order all the same", () => {
    const { ok, unexpected, observations } = structure(receiptOf({ ...full, extra: 1 }));
    assert.deepEqual([ok, unexpected], [true, ["extra"]]);
    assert.deepEqual(codes(observations), [["collection.unexpected", "info", "extra"]]);
  });

  it("lacks an index, a trigger, a view, a virtual table", () => {
    const tables = receiptOf(full).schema.elements.filter(({ kind }) => kind === "table");
    const gone = [
      INDEX,
      { kind: "trigger", name: "audit", definition: { table: "customer" } },
      { kind: "view", name: "rich", definition: { sql: "SELECT 1" } },
      { kind: "virtual table", name: "docs", definition: { module: "fts5" } },
    ];
    const last = baseline(full);
    const before = receiptOf(full, {}, { schemaElements: [...tables, ...gone] });
    const now = receiptOf(full, {}, { schemaElements: tables });
    const then = { ...last, snapshot: { ...last.snapshot, receipt: before } };
    const { missing, observations } = compareStructure(then, presentIn(now), {});
    assert.deepEqual(missing, [
      "index by_total",
      "trigger audit",
      "view rich",
      "virtual table docs",
    ]);
    assert.deepEqual(
      observations.map(({ code, severity, description }) => [code, severity, description]),
      [
        ["schema.missing", "medium", "index by_total of invoice is gone"],
        ["schema.missing", "medium", "trigger audit of customer is gone"],
        ["schema.missing", "medium", "view rich is gone"],
        ["schema.missing", "high", "virtual table docs is gone"],
      ],
    );
    const back = compareStructure(last, presentIn(before), {});
    assert.deepEqual(back.unexpected, ["trigger audit", "view rich", "virtual table docs"]);
    assert.equal(back.ok, true);
  });

  it("lacks a column, and has changed otherwise", () => {
    const definition = { columns: [{ name: "id", type: "TEXT" }] };
    const schemaElements = [{ kind: "table", name: "customer", definition }];
    const { missing, observations } = structure(
      receiptOf({ customer: 100 }, {}, { schemaElements }),
      {},
      { customer: 100 },
    );
    assert.deepEqual(missing, ["column customer.total"]);
    assert.deepEqual(
      observations.map(({ code, severity, description }) => [code, severity, description]),
      [
        ["schema.column-missing", "medium", "customer has no column total any more"],
        ["schema.changed", "low", "table customer has changed: column id: type INTEGER -> TEXT"],
      ],
    );
  });

  it("tells nothing that could not be read", () => {
    const blind = { collections: null, elements: null, properties: {} };
    assert.deepEqual(compareStructure(baseline(full), blind, {}).observations, []);
  });
});

describe("the facts about a store", () => {
  const facts = { userVersion: 7, encoding: "utf-8", pageSize: 4096, fingerprint: "a" };
  const last = baseline(full, facts);

  it("are in order when they are the same, and where only one side tells them", () => {
    const now = { ...facts, fingerprint: "b", applicationId: 5 };
    assert.deepEqual(compareMetadata(last, now), { ok: true, differences: [], observations: [] });
    assert.deepEqual(compareMetadata(null, facts).differences, []);
  });

  it("may change in daily work, and are told", () => {
    const { ok, differences } = compareMetadata(last, { ...facts, userVersion: 8, pageSize: 512 });
    assert.equal(ok, true);
    assert.deepEqual(differences, ["pageSize was 4096 and is 512", "userVersion was 7 and is 8"]);
  });

  it("tell a log of commits that is older than at the last snapshot", () => {
    const then = baseline(full, { log: { generation: 9, commits: 40 } });
    const look = (generation: number, commits: number) =>
      codes(compareMetadata(then, { log: { generation, commits } }).observations);
    const older = [["store.older", "high", undefined]];
    assert.deepEqual(look(9, 39), older);
    assert.deepEqual(look(8, 60), older);
    for (const fine of [look(9, 40), look(9, 41), look(10, 1), look(4_000_000_000, 1)]) {
      assert.deepEqual(fine, []);
    }
    assert.deepEqual(compareMetadata(then, { log: null }).observations, []);
  });

  it("are a finding when a version goes back, or the encoding changes", () => {
    const { ok, observations } = compareMetadata(last, { userVersion: 6, encoding: "utf-16le" });
    assert.equal(ok, false);
    assert.deepEqual(codes(observations), [
      ["metadata.changed", "low", "/encoding"],
      ["metadata.older", "medium", "/userVersion"],
    ]);
  });
});

describe("a backup", () => {
  const after = (counts: Counts): Baseline => ({
    ...baseline(full),
    doubtful: [snapshotOf(2, receiptOf(counts), ["…"])],
  });

  it("that nothing is suspicious of is no finding", () =>
    assert.deepEqual(backupObservations(baseline(full), {}), []));

  it("that holds little is a low finding, and a high one when that was not to be", () => {
    const [low, ...others] = backupObservations(after(fewer), {});
    assert.deepEqual([low?.code, low?.severity, others], ["backup.suspicious", "low", []]);
    assert.equal(
      low?.description,
      "snapshot 222222222222 of 2026-01-02 04:00:00 UTC: customer fell from 100 rows to 40: more than half of it is gone; " +
        "snapshot 111111111111 of 2026-01-01 04:00:00 UTC from before is kept",
    );
    const broken = backupObservations(after(fewer), { customer: { shrinkMax: 0.05 } });
    assert.equal(broken[0]?.severity, "high");
    const vanished = after({ customer: 100 });
    assert.equal(backupObservations(vanished, {})[0]?.severity, "low");
    const must = { invoice: { present: true } };
    assert.equal(backupObservations(vanished, must)[0]?.severity, "high");
  });
});
