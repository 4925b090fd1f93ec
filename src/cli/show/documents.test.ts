import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { RunDocument } from "../../app/run-document.ts";
import type { Digest } from "../../core/hash.ts";
import type { Proof, ProofCollection } from "../../receipts/proof.ts";
import type { Receipt } from "../../receipts/types.ts";
import type { Snapshot } from "../../repository/types.ts";
import { proofLines } from "./proof.ts";
import { planLines, runLines, runsStatus, runTable } from "./run.ts";
import { problemLines, snapshotLines } from "./snapshots.ts";
import { colourful, plain } from "./style.ts";

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

const collection: ProofCollection = {
  name: "track",
  expected: { count: 3503, digest: digest("a") },
  actual: { count: 3502, digest: digest("b") },
  missing: [{ track_id: 7 }],
  extra: [],
  changed: Array.from({ length: 12 }, (_, n) => ({ track_id: n, disc: "A" })),
  total: { missing: 1, extra: 0, changed: 1200 },
  file: "/tmp/keys.ndjson",
  ranges: [],
};

const unequal: Proof = {
  store: "shop",
  basis: "snapshot",
  equal: false,
  level: "restorable",
  expected: digest("a"),
  actual: digest("b"),
  collections: [
    collection,
    { ...collection, name: "album", actual: null },
    { ...collection, name: "new\x1b[2J", expected: null },
    { ...collection, name: "same", actual: collection.expected },
  ],
  schema: {
    equal: false,
    missing: ["index ix"],
    extra: ["table t"],
    changed: [{ element: "table u", differs: ["columns", "sql"] }],
  },
  origins: { unchanged: 0, repaired: 0, restored: 0, salvaged: 0, newer: 0, lost: 0 },
  documents: [],
  references: [
    { from: "track.album_id", to: "album", expected: 0, actual: 14 },
    { from: "a.b", to: "c", expected: 1, actual: 1 },
  ],
  rules: [
    { name: "total is sum", breaches: 2 },
    { name: "kept", breaches: 0 },
  ],
};

const run: RunDocument = {
  id: "run_1",
  plan: "restore-in-place",
  subject: ["shop"],
  by: "root",
  reason: "torn pages",
  status: "succeeded",
  progress: 1,
  startedAt: "2026-11-21T04:02:12.000Z",
  durationMs: 1500,
  rpoMs: 60_000,
  steps: [
    {
      id: "quarantine",
      action: "quarantine",
      name: "put the damaged state aside",
      description: "copy /data/shop.sqlite to quarantine",
      parameters: {},
      dependsOn: [],
      estimatedMs: null,
      attempts: 1,
      status: "succeeded",
      startedAt: null,
      durationMs: 12,
      error: null,
      notes: [],
    },
  ],
  quarantine: "/state/quarantine/1",
  amended: [],
  rebuilt: [],
  restoredFrom: null,
  losses: [],
  proof: null,
  proofs: [],
  live: null,
  reports: null,
  address: null,
};

const loss = { store: "shop", collection: "track", key: { id: 9 }, location: {}, reason: "newer" };

describe("a proof", () => {
  it("that is unequal names every difference, and counts what it does not show", () => {
    assert.deepEqual(proofLines(unequal, plain), [
      "unequal: shop differs from what was sealed",
      "  track: expected 3,503 rows, has 3,502",
      "    missing: 1",
      "      track_id=7",
      "    changed: 1,200",
      ...Array.from({ length: 10 }, (_, n) => `      track_id=${n}, disc="A"`),
      "      and 1,190 more",
      "    all keys: /tmp/keys.ndjson",
      "  album: gone, had 3,503 rows",
      "  new\\x1b[2J: not expected, has 3,502 rows",
      "  schema: index ix is gone",
      "  schema: table t is new",
      "  schema: table u differs: columns, sql",
      "  track.album_id -> album: 14 rows pointing nowhere, expected 0 rows",
      "  rule total is sum: breached by 2 rows",
    ]);
  });

  it("that is equal is one line with what it covers and its level", () => {
    const equal = { ...unequal, equal: true, level: "complete" as const };
    assert.deepEqual(proofLines({ ...equal, collections: [collection] }, plain), [
      "equal: shop holds exactly what was sealed (1 collection, 3,503 rows; level complete)",
    ]);
  });

  it("without rows names the ranges of keys that differ", () => {
    const ranges = [
      { after: null, upTo: { id: 5 } },
      { after: { id: 9 }, upTo: null },
    ];
    const none = { missing: 0, extra: 0, changed: 0 };
    const collections = [{ ...collection, total: none, file: null, ranges }];
    assert.deepEqual(proofLines({ ...unequal, collections }, plain).slice(2, 4), [
      "    differs between the start and id=5",
      "    differs between id=9 and the end",
    ]);
  });
});

describe("a run", () => {
  it("shows its steps, what it keeps and what is lost", () => {
    const lost = Array.from({ length: 21 }, () => loss);
    assert.deepEqual(runLines({ ...run, losses: lost }, plain), [
      "run_1  restore-in-place  succeeded in 1.5 s",
      "  succeeded  put the damaged state aside  12 ms",
      "the replaced state is kept in /state/quarantine/1",
      "lost: 21 items",
      ...Array.from({ length: 20 }, () => "  shop.track id=9: newer"),
      "  and 1 more",
    ]);
  });

  it("is a numbered plan before it runs", () => {
    assert.deepEqual(planLines(run, plain), [
      "plan restore-in-place:",
      "  1. copy /data/shop.sqlite to quarantine",
    ]);
  });

  it("is one line in the journal", () => {
    assert.deepEqual(runTable([run], plain), [
      "run_1  2026-11-21 04:02:12 UTC  restore-in-place  succeeded  1.5 s  torn pages",
    ]);
    assert.deepEqual(runTable([], plain), ["no runs"]);
  });

  it("ends the program with what came of it: unequal before lost, lost before done", () => {
    assert.equal(runsStatus([run]), 0);
    assert.equal(runsStatus([]), 0);
    assert.equal(runsStatus([run, { ...run, losses: [loss] }]), 6);
    assert.equal(runsStatus([{ ...run, losses: [loss], proofs: [unequal] }]), 1);
    assert.equal(runsStatus([{ ...run, status: "planned" }]), 0);
    for (const status of [
      "failed",
      "undone",
      "interrupted",
      "awaiting_approval",
      "cancelled",
    ] as const) {
      assert.equal(runsStatus([{ ...run, status }]), 1, status);
    }
  });
});

describe("snapshots", () => {
  const snapshot: Snapshot = {
    id: "c0ffee".repeat(11).slice(0, 64),
    store: "shop",
    point: "point_1",
    createdAt: "2026-11-21T04:02:12.000Z",
    sequence: 1,
    bytes: 1_048_576,
    storedBytes: 300_000,
    parent: null,
    driver: "sqlite",
    options: {},
    level: "complete",
    receipt: {} as Receipt,
    warnings: ["track shrank by 60 %\x07"],
    drops: [],
    pins: ["the last one before a suspicious drop"],
  };

  it("are lines under a heading, with their warnings below", () => {
    assert.deepEqual(snapshotLines([snapshot], plain), [
      "SNAPSHOT      STORE  CREATED                    SIZE   ADDED  LEVEL",
      "c0ffeec0ffee  shop   2026-11-21 04:02:12 UTC  1.0 MB  300 kB  complete",
      "warning c0ffeec0ffee: track shrank by 60 %\\x07",
      "kept c0ffeec0ffee: the last one before a suspicious drop",
    ]);
    assert.deepEqual(snapshotLines([], plain), ["no snapshots"]);
  });

  it("have colours where somebody looks", () => {
    assert.ok(snapshotLines([snapshot], colourful).join("\n").includes("\x1b[32mcomplete\x1b[39m"));
  });

  it("that are hurt are named with the damage", () => {
    const problem = {
      code: "chunk.hash",
      message: "bytes 0 to 9 hash to something else",
      blob: "packs/ab",
      snapshots: [snapshot.id],
    };
    assert.deepEqual(problemLines([problem], plain), [
      "damaged: bytes 0 to 9 hash to something else (packs/ab); hurts c0ffeec0ffee",
    ]);
  });
});
