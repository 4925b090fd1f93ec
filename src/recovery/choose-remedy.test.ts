import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Finding } from "../checks/types.ts";
import type { Expectations } from "../receipts/suspicion.ts";
import { sealReceipt } from "../receipts/seal.ts";
import type { Snapshot } from "../repository/types.ts";
import { chooseRemedy } from "./choose-remedy.ts";
import type { Remedy } from "./remedies.ts";

/** Sealed at hour `sequence`, with so many rows by table. */
function snapshot(
  sequence: number,
  counts: Readonly<Record<string, number>>,
  drops: readonly string[] = [],
): Snapshot {
  const references = [{ from: "pay.item", to: "item.id", orphans: 0 }];
  const trees = Object.entries(counts).map(([collection, count]) => ({
    collection,
    count,
    leaves: [],
  }));
  const at = `2026-11-21T0${sequence}:00:00.000Z`;
  const { receipt } = sealReceipt({
    store: "shop",
    at,
    consistency: "transaction",
    trees,
    references,
    schemaElements: [],
    portable: null,
    recorded: {},
    level: "none",
  });
  return {
    id: String(sequence).repeat(64),
    store: "shop",
    point: `point_${sequence}`,
    createdAt: at,
    sequence,
    bytes: 1,
    storedBytes: 1,
    parent: null,
    driver: "sqlite",
    options: {},
    level: "none",
    receipt,
    warnings: [],
    pins: [],
    drops,
  };
}

function finding(more: Partial<Finding>): Finding {
  return {
    id: `finding_${JSON.stringify(more.location ?? {})}`,
    code: "any.code",
    title: "",
    description: "something is wrong",
    severity: "high",
    category: "corruption",
    location: {},
    evidence: "",
    remedies: [],
    status: "open",
    store: "shop",
    kind: "scan",
    seenBy: ["scan"],
    affected: [],
    detectedAt: "2026-11-21T08:00:00.000Z",
    lastSeenAt: "2026-11-21T08:00:00.000Z",
    acknowledgedAt: null,
    acknowledgedBy: null,
    acknowledgementNotes: null,
    acknowledgedSeverity: null,
    resolvedAt: null,
    resolvedBy: null,
    resolutionNotes: null,
    ...more,
  };
}

const index = (name: string) =>
  finding({ location: { table: "item", index: name }, remedies: ["reindex"] });
const page = finding({ location: { page: 3 }, remedies: ["restore-beside", "exchange"] });
const lost = (table: string, more: Partial<Finding> = {}) =>
  finding({ location: { table }, category: "rule", remedies: ["put-back-rows"], ...more });
const document = finding({ location: { file: "a.json" }, remedies: ["repair-document"] });
const event = finding({ location: { file: "a.jsonl", line: 3 }, remedies: ["merge"] });
const unreadable = finding({ code: "backups.unreadable", category: "configuration" });
const folder = finding({ category: "structure", remedies: ["restore-beside", "exchange"] });
const orphans = finding({ category: "reference", location: { table: "line" } });

interface Given {
  readonly findings: readonly Finding[];
  readonly snapshots?: readonly Snapshot[];
  readonly expect?: Expectations;
  readonly amendments?: readonly string[];
  readonly from?: Snapshot;
}

const DOCUMENTS = ["mend-documents"];
const EVENTS = ["mend-events"];

const GOOD = snapshot(1, { item: 10, pay: 5 });
const BETTER = snapshot(2, { item: 20, pay: 5 });

function choose({ snapshots = [GOOD, BETTER], expect = {}, from, ...given }: Given): Remedy {
  return chooseRemedy({ store: "shop", ...given, snapshots, expect, from: from ?? null });
}

/** A remedy by what it does and with which snapshots. */
function shape(remedy: Remedy): unknown {
  switch (remedy.kind) {
    case "reindex":
      return ["reindex", ...remedy.indexes];
    case "restore":
      return ["restore", ...remedy.candidates.map(({ sequence }) => sequence)];
    case "put-back": {
      const sources = remedy.sources.map(({ collections, candidates }) => [
        ...collections,
        ...candidates.map(({ sequence }) => sequence),
      ]);
      return ["put-back", remedy.indexes, ...sources];
    }
    case "mend": {
      const back = remedy.back.map(({ collections }) => collections);
      const stay = remedy.takeOut ? [] : ["nothing is taken out"];
      return ["mend", remedy.candidates.map(({ sequence }) => sequence), ...back, ...stay];
    }
    case "merge": {
      const stay = remedy.takeOut ? [] : ["nothing is taken out"];
      return ["merge", remedy.candidates.map(({ sequence }) => sequence), ...stay];
    }
    default:
      return [remedy.kind];
  }
}

describe("the remedy", () => {
  const dropped = snapshot(3, { item: 20, pay: 1 }, ["pay fell"]);
  const cases: readonly [title: string, given: Given, expected: unknown][] = [
    ["is none without findings", { findings: [] }, ["nothing"]],
    [
      "is none for what is low, acknowledged or resolved",
      {
        findings: [
          lost("item", { severity: "low" }),
          lost("item", { status: "acknowledged" }),
          { ...page, status: "resolved" },
        ],
      },
      ["nothing"],
    ],
    [
      "is to build indexes anew where nothing else is hurt",
      { findings: [index("b"), index("a"), index("b")] },
      ["reindex", "a", "b"],
    ],
    [
      "is the newest snapshot as soon as a page is hurt, whatever else is",
      { findings: [index("a"), page, lost("item")] },
      ["restore", 2, 1],
    ],
    [
      "is a snapshot for damage that nobody named a remedy for",
      { findings: [finding({ category: "corruption", location: { page: 9 } })] },
      ["restore", 2, 1],
    ],
    [
      "is to mend documents one by one, with any snapshot from the newest on",
      { findings: [document, document], amendments: DOCUMENTS },
      ["mend", [2, 1]],
    ],
    [
      "is to mend documents also without a snapshot",
      { findings: [document], amendments: DOCUMENTS, snapshots: [] },
      ["mend", []],
    ],
    [
      "takes nothing out of a store as long as its backups cannot be read",
      { findings: [document, unreadable], amendments: DOCUMENTS, snapshots: [] },
      ["mend", [], "nothing is taken out"],
    ],
    [
      "is to mend documents, and to bring back those that are gone",
      { findings: [lost("pay"), document, orphans], amendments: DOCUMENTS },
      ["mend", [2, 1], ["pay"]],
    ],
    [
      "is the newest snapshot where the folder itself is gone, whatever else is",
      { findings: [document, folder], amendments: DOCUMENTS },
      ["restore", 2, 1],
    ],
    [
      "is to merge a log with its snapshots, from the newest on",
      { findings: [event, event], amendments: EVENTS },
      ["merge", [2, 1]],
    ],
    [
      "takes no line out of a log as long as its backups cannot be read",
      { findings: [event, unreadable], amendments: EVENTS },
      ["merge", [2, 1], "nothing is taken out"],
    ],
    [
      "is the newest snapshot where the log itself is gone, whatever else is",
      { findings: [event, folder], amendments: EVENTS },
      ["restore", 2, 1],
    ],
    [
      "is a person's where there is nothing to merge a log with",
      { findings: [event], amendments: EVENTS, snapshots: [] },
      ["impossible"],
    ],
    [
      "is a person's where documents are sound, and keep no rule",
      { findings: [orphans], amendments: DOCUMENTS },
      ["impossible"],
    ],
    ["is impossible without a snapshot", { findings: [page], snapshots: [] }, ["impossible"]],
    [
      "is impossible where the file may not be opened, and never a restore",
      {
        findings: [
          page,
          finding({ category: "permission", severity: "critical", remedies: ["restore-beside"] }),
        ],
      },
      ["impossible"],
    ],
    ["is a person's where only rules are broken", { findings: [orphans] }, ["impossible"]],
    [
      "is the snapshot that was asked for, whatever the findings say",
      { findings: [orphans], from: GOOD },
      ["restore", 1],
    ],
    [
      "is to put rows back from the newest snapshot that has them",
      { findings: [lost("pay")] },
      ["put-back", [], ["pay", 2, 1]],
    ],
    [
      "looks behind a backup of the loss, takes the newest where nothing is lost, and parents first",
      {
        findings: [lost("pay"), lost("item")],
        snapshots: [dropped, BETTER, GOOD],
        expect: { pay: { appendOnly: true } },
      },
      ["put-back", [], ["item", 3, 2], ["pay", 2, 1]],
    ],
    [
      "passes over what was backed up after the look",
      {
        findings: [lost("pay", { lastSeenAt: "2026-11-21T02:30:00.000Z" })],
        snapshots: [GOOD, BETTER, snapshot(3, { item: 20, pay: 4 })],
        expect: { pay: { appendOnly: true } },
      },
      ["put-back", [], ["pay", 2, 1]],
    ],
    [
      "finds the tables of a suspicious backup by itself",
      {
        findings: [finding({ kind: "backup", category: "rule", remedies: ["put-back-rows"] })],
        snapshots: [GOOD, BETTER, dropped],
        expect: { pay: { appendOnly: true } },
      },
      ["put-back", [], ["pay", 2, 1]],
    ],
    [
      "leaves out of these what somebody has acknowledged to be gone",
      {
        findings: [
          finding({ kind: "backup", category: "rule", remedies: ["put-back-rows"] }),
          lost("pay", { status: "acknowledged" }),
        ],
        snapshots: [GOOD, BETTER, dropped],
        expect: { pay: { appendOnly: true } },
      },
      ["impossible"],
    ],
    [
      "builds hurt indexes anew before rows go back",
      { findings: [index("a"), lost("pay")] },
      ["put-back", ["a"], ["pay", 2, 1]],
    ],
    [
      "is a person's where no snapshot has the table",
      { findings: [lost("unknown")] },
      ["impossible"],
    ],
  ];
  for (const [title, given, expected] of cases) {
    it(title, () => assert.deepEqual(shape(choose(given)), expected));
  }

  it("names what it leaves to a person", () => {
    const unknown = lost("unknown");
    const remedy = choose({ findings: [lost("pay"), orphans, unknown] });
    assert.equal(remedy.kind, "put-back");
    assert.deepEqual(remedy.unmended, [orphans, unknown]);
    assert.match(remedy.sentence, /pay from snapshot 222222222222 of 2026-11-21 02:00/);
  });
});
