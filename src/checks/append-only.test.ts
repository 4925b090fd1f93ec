import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import { compareEntries, numbered, treeFrom, upTo } from "../../test/support/entries.ts";
import { memoryFolder } from "../../test/support/folder.ts";
import { SEED } from "../../test/support/seed.ts";
import { changingDatabase } from "../../test/support/sqlite-image.ts";
import { systemWorld } from "../core/world.ts";
import { sealReceipt } from "../receipts/seal.ts";
import { openState } from "../state/open-state.ts";
import type { Entry, SealedReceipt, Tree } from "../receipts/types.ts";
import type { Image } from "../stores/types.ts";
import {
  appendOnlySuspects,
  type AppendOnlyVerdict,
  checkAppendOnly,
  observeAppendOnly,
  supersededPlaces,
} from "./append-only.ts";
import type { Baseline } from "./baseline.ts";
import { listFindings } from "./findings.ts";
import { rememberSeen } from "./remember.ts";
import type { Seen } from "./types.ts";

const signal = AbortSignal.timeout(60_000);

function verdictOf(before: readonly Entry[], now: readonly Entry[]): Promise<AppendOnlyVerdict> {
  const sorted = now.toSorted(compareEntries);
  return checkAppendOnly({
    expected: treeFrom(before),
    actual: treeFrom(now),
    rows: async function* ({ after, upTo }) {
      for (const entry of sorted) {
        if (after !== null && Buffer.compare(entry.key, after) <= 0) continue;
        if (upTo === null || Buffer.compare(entry.key, upTo) <= 0) yield entry;
      }
    },
  });
}

const old = upTo(3_000).map((id) => numbered(id * 2));

describe("rows that must stay", () => {
  it("are known to be there when others were only added behind them", async () => {
    const added = upTo(900).map((id) => numbered(10_000 + id));
    assert.deepEqual(await verdictOf(old, [...old, ...added]), { broken: [], undecided: [] });
    assert.deepEqual(await verdictOf(old, old), { broken: [], undecided: [] });
    assert.deepEqual(await verdictOf([], old), { broken: [], undecided: [] });
  });

  it("are known to be broken when one was changed or is gone, whatever was added behind", async () => {
    const added = upTo(900).map((id) => numbered(10_000 + id));
    const changed = old.map((each, index) => (index === 1_500 ? numbered(3_000, "else") : each));
    for (const now of [changed, old.filter((_, index) => index !== 1_500)]) {
      const { broken, undecided } = await verdictOf(old, [...now, ...added]);
      assert.deepEqual([broken.length, undecided.length], [1, 0]);
    }
    const gone = await verdictOf(old, []);
    assert.deepEqual(gone.broken, [{ after: null, upTo: old.at(-1)?.key }]);
  });

  it("cannot be told from new ones that came among them", async () => {
    const { broken, undecided } = await verdictOf(old, [...old, numbered(3_001)]);
    assert.deepEqual([broken.length, undecided.length], [0, 1]);
  });

  it(`are never called broken when none is, nor whole when one is (SEED=${SEED})`, async () => {
    const rows = fc.uniqueArray(fc.nat(4_000), { minLength: 1, maxLength: 400, size: "max" });
    await fc.assert(
      fc.asyncProperty(rows, rows, fc.nat(), async (before, more, pick) => {
        const entries = before.map((id) => numbered(id));
        const known = new Set(before);
        const fresh = more.filter((id) => !known.has(id)).map((id) => numbered(id));
        const grown = await verdictOf(entries, [...entries, ...fresh]);
        assert.deepEqual(grown.broken, []);
        const without = entries.filter((_, index) => index !== pick % entries.length);
        const { broken, undecided } = await verdictOf(entries, [...without, ...fresh]);
        assert.ok(broken.length + undecided.length > 0);
      }),
      { seed: SEED, numRuns: 30 },
    );
  });
});

describe("a ledger in a database", () => {
  const treeIn = ({ trees }: SealedReceipt): Tree => {
    const found = trees.find(({ collection }) => collection === "ledger");
    assert.ok(found !== undefined);
    return found;
  };

  async function look(before: SealedReceipt, image: Image) {
    const now = await image.seal({ portable: false }, signal);
    const { receipt } = before;
    const snapshot = { id: "a".repeat(64), sequence: 1, createdAt: receipt.at, receipt, drops: [] };
    const last: Baseline = { snapshot, doubtful: [] };
    const expect = { ledger: { appendOnly: true } };
    const suspects = appendOnlySuspects(last, now.receipt, expect);
    const verdict = await checkAppendOnly({
      expected: treeIn(before),
      actual: treeIn(now),
      rows: (range) => image.rows("ledger", range, signal),
    });
    const showKey = (key: Uint8Array) => image.showKey("ledger", key);
    return { suspects, observation: observeAppendOnly(last, "ledger", verdict, showKey) };
  }

  it("shows a changed row although there are more rows than before", async () => {
    await using database = await changingDatabase(`
      CREATE TABLE ledger (id INTEGER PRIMARY KEY, amount INTEGER);
      CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        INSERT INTO ledger SELECT i, i * 100 FROM n;`);
    const before = await (await database.capture()).seal({ portable: false }, signal);
    assert.deepEqual((await look(before, await database.capture())).suspects, []);

    database.execute(
      "INSERT INTO ledger (amount) VALUES (1), (2), (3); INSERT INTO note VALUES (1, 'x')",
    );
    const grown = await look(before, await database.capture());
    assert.deepEqual(grown, { suspects: ["ledger"], observation: null });

    database.execute("UPDATE ledger SET amount = 0 WHERE id = 2500");
    const { observation } = await look(before, await database.capture());
    assert.deepEqual(
      [observation?.code, observation?.severity, observation?.location],
      ["expect.append-only", "high", { table: "ledger" }],
    );
    const description = observation?.description ?? "";
    const [, from = "", to = ""] = /after id=(\d+) up to id=(\d+)/.exec(description) ?? [];
    assert.ok(Number(from) < 2500 && Number(to) >= 2500, description);
  });
});

// A finding of changed rows, a backup of those rows, and the look after it.
describe("changed rows that were backed up meanwhile", () => {
  const { receipt } = sealReceipt({
    store: "shop",
    at: "2026-01-02T03:04:05Z",
    consistency: "transaction",
    trees: [],
    references: [],
    schemaElements: [],
    portable: null,
    recorded: {},
    level: "none",
  });
  const against = (id: string): Baseline => ({
    snapshot: { id, sequence: 1, createdAt: receipt.at, receipt, drops: [] },
    doubtful: [],
  });
  const broken = [{ after: null, upTo: null }];
  const observation = observeAppendOnly(against("a"), "t", { broken, undecided: [] }, () => null);
  assert.ok(observation !== null);
  const seen: Seen = { store: "s", kind: "integrity", observations: [observation], complete: true };
  const clean: Seen = { ...seen, observations: [] };

  it("stay a finding, for the new backup knows nothing else", async () => {
    await using folder = await memoryFolder();
    using state = await openState(folder.path, systemWorld());
    await rememberSeen(state, systemWorld(), [seen]);
    const blind = supersededPlaces(listFindings(state), against("b"));
    await rememberSeen(state, systemWorld(), [{ ...clean, blind }]);
    assert.equal(listFindings(state)[0]?.status, "open");
    assert.equal(supersededPlaces(listFindings(state), null).length, 1);
  });

  it("are no finding any more when they are back by the same snapshot", async () => {
    await using folder = await memoryFolder();
    using state = await openState(folder.path, systemWorld());
    await rememberSeen(state, systemWorld(), [seen]);
    const blind = supersededPlaces(listFindings(state), against("a"));
    await rememberSeen(state, systemWorld(), [{ ...clean, blind }]);
    assert.equal(listFindings(state)[0]?.status, "resolved");
  });
});
