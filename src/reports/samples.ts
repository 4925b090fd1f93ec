import type { Finding } from "../checks/types.ts";
import type { Digest } from "../core/hash.ts";
import type { Loss } from "../core/loss.ts";
import { timestamp } from "../core/world.ts";
import type { RunStep } from "../plans/types.ts";
import type { Proof, ProofCollection } from "../receipts/proof.ts";
import { buildReport, type ReportInput, type RunInput } from "./build-report.ts";
import type { ReportDocument, ReportStore } from "./types.ts";

const NOON_MS = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;

function at(ms: number): string {
  return timestamp(NOON_MS + ms);
}

function digest(letter: string): Digest {
  return `sha256:${letter.repeat(64)}`;
}

/** A finding of a torn page, with whatever a test wants otherwise. */
export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    id: `finding_${"0".repeat(31)}1`,
    code: "sqlite.page.torn",
    title: "Page 112 holds the halves of two writes",
    description:
      "The first 2,048 bytes are of another write than the rest: the power failed while the page was written. Rows with track_id 2,210 to 2,244 cannot be read.",
    severity: "critical",
    category: "corruption",
    status: "open",
    store: "shop",
    kind: "scan",
    seenBy: ["scan"],
    location: { page: 112, table: "track", rowids: [2210, 2244] },
    affected: ["track", "playlist_track"],
    evidence: "0d 00 00 00 23 04 f1 00  |....#...|\n00 00 00 00 00 00 00 00  |........|",
    remedies: ["restore-beside", "merge"],
    detectedAt: at(65 * 60_000),
    lastSeenAt: at(65 * 60_000),
    acknowledgedAt: null,
    acknowledgedBy: null,
    acknowledgementNotes: null,
    acknowledgedSeverity: null,
    resolvedAt: null,
    resolvedBy: null,
    resolutionNotes: null,
    ...changes,
  };
}

const COUNTS = { album: 347, artist: 275, customer: 59, invoice: 412, invoice_line: 2240 };
const COLLECTIONS = { ...COUNTS, playlist: 18, playlist_track: 8715, track: 3503 };

/** A store in good order, with whatever a test wants otherwise. */
export function store(changes: Partial<ReportStore> = {}): ReportStore {
  return {
    store: "shop",
    driver: "sqlite",
    sound: true,
    collections: COLLECTIONS,
    pages: {},
    pageMap: [],
    backup: { snapshot: "c0ffee12".repeat(8), at: at(0), level: "complete" },
    durationMs: 840,
    ...changes,
  };
}

const DAMAGED_PAGES = {
  pages: { intact: 196, free: 22, torn: 3, zeroed: 14, "checksum wrong": 5, partial: 4 },
  pageMap: [
    { pages: [1, 111], verdict: "intact" },
    { pages: [112, 114], verdict: "torn" },
    { pages: [115, 140], verdict: "intact" },
    { pages: [141, 154], verdict: "zeroed" },
    { pages: [155, 158], verdict: "partial" },
    { pages: [159, 190], verdict: "intact" },
    { pages: [191, 195], verdict: "checksum wrong" },
    { pages: [196, 222], verdict: "intact" },
    { pages: [223, 244], verdict: "free" },
  ],
} as const satisfies Partial<ReportStore>;

/** A proof over all collections, equal unless a test wants otherwise. */
export function proof(changes: Partial<Proof> = {}): Proof {
  return {
    store: "shop",
    basis: "snapshot",
    equal: true,
    level: "complete",
    expected: digest("a"),
    actual: digest("a"),
    collections: Object.entries(COLLECTIONS).map(([name, count], index) =>
      collection(name, { expected: { count, digest: digest("0123456789".charAt(index)) } }),
    ),
    schema: { equal: true, missing: [], extra: [], changed: [] },
    origins: { unchanged: 0, repaired: 0, restored: 15_569, salvaged: 0, newer: 0, lost: 0 },
    documents: [],
    references: [{ from: "track.album_id", to: "album", expected: 0, actual: 0 }],
    rules: [{ name: "every invoice is the sum of its lines", breaches: 0 }],
    ...changes,
  };
}

function collection(
  name: string,
  { expected, actual = expected, ...lists }: Partial<ProofCollection>,
): ProofCollection {
  return {
    name,
    expected: expected ?? null,
    actual: actual ?? null,
    missing: [],
    extra: [],
    changed: [],
    total: { missing: 0, extra: 0, changed: 0 },
    file: null,
    ranges: [],
    ...lists,
  };
}

function step(name: string, startMs: number, durationMs: number, changes = {}): RunStep {
  const id = name.split(" ", 1)[0] ?? name;
  return {
    id,
    action: id,
    name,
    description: `${name}, as the plan for the store "shop" says`,
    parameters: { store: "shop", snapshot: "c0ffee12".repeat(8) },
    dependsOn: [],
    estimatedMs: 1_000,
    attempts: 1,
    status: "succeeded",
    startedAt: at(startMs),
    durationMs,
    error: null,
    notes: [],
    ...changes,
  };
}

const START_MS = HOUR_MS + 9 * 60_000;

/** A run that restored a store, with whatever a test wants otherwise. */
export function run(changes: Partial<RunInput> = {}): RunInput {
  return {
    id: "run_019353a07bd17a1c8f2e5d4c3b2a1908",
    plan: "recover",
    subject: ["shop"],
    by: "anna",
    reason: "pages are torn after the power cut",
    status: "succeeded",
    progress: 1,
    startedAt: at(START_MS),
    durationMs: 4_210,
    rpoMs: HOUR_MS + 5 * 60_000,
    restoredFrom: { snapshot: "c0ffee12".repeat(8), at: at(0) },
    quarantine: "/srv/shop/.salvor/quarantine/shop-019353a07bd1",
    steps: [
      step("quarantine the damaged state", START_MS + 20, 310),
      step("restore the backup beside it", START_MS + 340, 1_280),
      step("verify what was restored", START_MS + 1_630, 420),
      step("exchange it for the damaged state", START_MS + 2_060, 1_760, {
        attempts: 2,
        notes: ["another program held a lock for 1.2 s"],
      }),
      step("verify-live store", START_MS + 3_830, 390),
    ],
    losses: [],
    proofs: [proof()],
    ...changes,
  };
}

/** Rows that were committed after the backup. */
export function losses(number: number): readonly Loss[] {
  return Array.from({ length: number }, (_, index) => ({
    store: "shop",
    collection: index % 3 === 0 ? "invoice" : "invoice_line",
    key: { [index % 3 === 0 ? "invoice_id" : "invoice_line_id"]: 413 + index },
    location: { file: "/srv/shop/.salvor/quarantine/shop-019353a07bd1/losses.ndjson" },
    reason: "committed after the backup of 2026-11-21 12:00:00 UTC",
  }));
}

const STATISTICS = {
  incidents: { byLevel: { critical: 1, high: 0 }, byFailure: { database_corruption: 1 } },
  detectionMs: { median: 41_000, p95: 90_000 },
  recoveryMs: { median: 4_210, p95: 12_400 },
  recoveries: { succeeded: 14, failed: 1, rate: 0.933 },
  drills: { last: at(-20 * 24 * HOUR_MS), ok: true, rtoMs: 3_900, rpoMs: HOUR_MS },
};

const INCIDENT = {
  id: "incident_019353a07bd17a1c8f2e5d4c3b2a1908",
  failure: "database_corruption",
  level: "critical",
  levelNumber: 1,
  status: "recovered",
  component: "shop",
  affectedUsers: 180,
  openedAt: at(65 * 60_000),
  acknowledgedAt: at(67 * 60_000),
  acknowledgedBy: "anna",
  events: [{ at: at(67 * 60_000), type: "acknowledged", outcome: "by anna" }],
};

/** A report with whatever a test wants otherwise; without, of a sound system. */
export function report(changes: Partial<ReportInput> = {}): ReportDocument {
  return buildReport({
    kind: "status",
    command: "generate-report",
    system: "shop of the museum",
    generatedAt: at(2 * HOUR_MS),
    stores: [
      store(),
      store({ store: "orders", collections: { order: 1_204_332, parcel: 880_014 } }),
    ],
    findings: [],
    ...changes,
  });
}

/** A store that was damaged and restored, and what was newer than its backup is gone. */
export function restoredReport(): ReportDocument {
  const resolved = {
    status: "resolved",
    resolvedAt: at(START_MS + 4_210),
    resolutionNotes: "mended by the restore of the backup of 12:00",
  } as const;
  return report({
    kind: "incident",
    command: "full-recovery",
    stores: [store({ ...DAMAGED_PAGES }), store({ store: "orders", collections: null })],
    findings: [
      finding(resolved),
      finding({
        ...resolved,
        id: `finding_${"0".repeat(31)}2`,
        code: "sqlite.reference.orphans",
        severity: "high",
        category: "reference",
        title: "35 rows of playlist_track point to tracks that are not there",
        description: "Their tracks stood on the torn page.",
        location: { table: "playlist_track", column: "track_id" },
        evidence: "",
      }),
    ],
    runs: [run({ losses: losses(41) })],
    incidents: [INCIDENT],
    statistics: STATISTICS,
    events: [
      { at: at(65 * 60_000 - 400), type: "scan", text: "scan of shop: not sound", durationMs: 840 },
    ],
  });
}

/** A store whose findings wait for somebody, after a recovery that failed. */
export function damagedReport(): ReportDocument {
  const failure = {
    code: "PROOF_UNEQUAL",
    message: "what was restored differs from the sealed receipt in 1 collection",
    hint: 'Run "salvor repository check", or restore an older snapshot.',
  };
  const unequal = proof({
    equal: false,
    level: "restorable",
    actual: digest("b"),
    collections: [
      collection("album", { expected: { count: 347, digest: digest("1") } }),
      collection("track", {
        expected: { count: 3503, digest: digest("2") },
        actual: { count: 3468, digest: digest("3") },
        missing: Array.from({ length: 35 }, (_, row) => ({ track_id: 2210 + row })),
        changed: [{ track_id: 7 }],
        total: { missing: 35, extra: 0, changed: 1 },
      }),
    ],
    references: [{ from: "playlist_track.track_id", to: "track", expected: 0, actual: 35 }],
  });
  return report({
    kind: "run",
    command: "recover",
    stores: [store({ sound: false, ...DAMAGED_PAGES, backup: null })],
    findings: [
      finding(),
      finding({
        id: `finding_${"0".repeat(31)}3`,
        code: "sqlite.page.zeroed",
        title: "14 pages hold nothing but zeros",
        description: "Pages 141 to 154 belong to table track and were written over with zeros.",
        location: { pages: [141, 154], table: "track" },
      }),
      finding({
        id: `finding_${"0".repeat(31)}4`,
        code: "rule.breach",
        severity: "medium",
        category: "rule",
        status: "acknowledged",
        acknowledgedAt: at(70 * 60_000),
        acknowledgedBy: "anna",
        acknowledgementNotes: "known since the import of October; the books are right",
        acknowledgedSeverity: "medium",
        title: "3 invoices are not the sum of their lines",
        description: "The rule is: every invoice is the sum of its lines.",
        location: { table: "invoice", keys: [{ invoice_id: 98 }, { invoice_id: 121 }] },
      }),
      finding({
        id: `finding_${"0".repeat(31)}5`,
        code: "sqlite.file.mode",
        severity: "low",
        category: "permission",
        title: "Everybody on this host may read the database",
        description: "Its mode is 0644.",
        location: { file: "/srv/shop/data/shop.sqlite" },
        evidence: "-rw-r--r--",
      }),
    ],
    runs: [
      run({
        status: "failed",
        rpoMs: null,
        restoredFrom: null,
        steps: [
          step("quarantine the damaged state", START_MS + 20, 310),
          step("restore the backup beside it", START_MS + 340, 1_280),
          step("verify what was restored", START_MS + 1_630, 420, {
            status: "failed",
            error: failure,
          }),
          step("exchange it for the damaged state", 0, 0, {
            status: "skipped",
            startedAt: null,
            durationMs: null,
          }),
        ],
        proofs: [unequal],
      }),
    ],
  });
}

/** As many findings of a few kinds as a test wants, over a map of many pages. */
export function crowdedReport(number: number): ReportDocument {
  const kinds = ["sqlite.page.torn", "sqlite.page.zeroed", "sqlite.index.differs"];
  const severities = ["critical", "high", "medium", "low"] as const;
  const findings = Array.from({ length: number }, (_, index) =>
    finding({
      id: `finding_${index.toString(16).padStart(32, "0")}`,
      code: kinds[index % kinds.length] ?? "",
      severity: severities[index % severities.length] ?? "info",
      title: `Page ${index + 1} is damaged`,
      location: { page: index + 1, table: "track" },
    }),
  );
  const pageMap = Array.from({ length: 2_000 }, (_, index) => ({
    pages: [index * 4 + 1, index * 4 + 4] as const,
    verdict: index % 7 === 0 ? "torn" : "intact",
  }));
  return report({ stores: [store({ sound: false, pageMap })], findings });
}

/** Members that hold one of a few words, and never text from data. */
const WORDS: ReadonlySet<string> = new Set([
  "basis",
  "category",
  "kind",
  "severity",
  "standing",
  "status",
]);

/** Members whose own names come from data. */
const MAPS: ReadonlySet<string> = new Set(["collections", "key", "pages", "statistics"]);

/** The same report with every text replaced, names from data included. */
export function rewritten(document: ReportDocument, next: () => string): ReportDocument {
  return rewrite(document, "", next) as ReportDocument;
}

function rewrite(value: unknown, name: string, next: () => string): unknown {
  if (typeof value === "string") return WORDS.has(name) ? value : next();
  if (Array.isArray(value)) return value.map((item) => rewrite(item, "", next));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => [
      MAPS.has(name) ? next() : member,
      rewrite(inner, member, next),
    ]),
  );
}
