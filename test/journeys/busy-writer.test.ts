import assert from "node:assert/strict";
import { test } from "node:test";

import { task as copyTask } from "../../src/stores/sqlite/capture-task.ts";
import { openSite, type Site } from "./site.ts";
import { buildBank, readBooks, startWriter, type Writer } from "./writer.ts";

// Goal: a backup under a busy writer holds one commit exactly, and the writer waits for the copy only.
// Method: a process commits hundreds of times a second, throughout; each commit keeps the books balanced. It
// measures how long it is refused, first while only the database's copy is made, then during backups.

const BACKUPS = 2;

/** So many times longer than the copy alone may a writer wait, because machines are shared. */
const SLACK = 4;

/** What a task is given where nobody listens. */
const nobody = { progress: () => {}, tell: async () => {}, signal: new AbortController().signal };

for (const journalMode of ["wal", "delete"] as const) {
  test(`a writer in journal mode ${journalMode} commits throughout backups`, async () => {
    await using site = await openSite({ stores: { bank: "bank.sqlite" } });
    buildBank(site.database("bank"), journalMode, 12);
    await using writer = await startWriter(site.database("bank"), { pauseMs: 4 });

    const copyMs = await copyAlone(site, writer);
    const windows: (readonly [earliest: number, latest: number])[] = [];
    let commitsDuring = 0;
    for (let left = BACKUPS; left > 0; left -= 1) {
      const earliest = writer.committed.length;
      await site.expect(0, ["backup"]);
      windows.push([earliest, writer.committed.length]);
      commitsDuring += writer.committed.length - earliest;
      await writer.more(1);
    }
    const { refusedMs, commitMs } = await writer.report();
    await writer.end();

    assert.ok(commitsDuring > BACKUPS, `only ${commitsDuring} commits during ${BACKUPS} backups`);
    const bound = SLACK * (copyMs + commitMs);
    assert.ok(refusedMs <= bound, `refused for ${refusedMs} ms, a copy alone takes ${copyMs} ms`);
    await assertOneCommitEach(site, writer, windows);
  });
}

/** The slowest of some copies as a backup makes them, and nothing else of a backup. */
async function copyAlone(site: Site, writer: Writer): Promise<number> {
  let slowestMs = 0;
  for (let round = 1; round <= 3; round += 1) {
    const input = { path: site.database("bank"), target: site.join(`copy-${round}`) };
    const startedMs = performance.now();
    await copyTask({ ...input, busyTimeoutMs: 5000 }, nobody);
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    await writer.more(1);
  }
  await writer.report(); // forgets what was refused so far
  return slowestMs;
}

/** Snapshot by snapshot: balanced books, and the numbers of commits that were made, none missing. */
async function assertOneCommitEach(
  site: Site,
  { committed }: Writer,
  windows: readonly (readonly [earliest: number, latest: number])[],
): Promise<void> {
  await using salvor = await site.open();
  const { snapshots } = await salvor.snapshots();
  assert.equal(snapshots.length, windows.length);
  for (const [at, { id }] of snapshots.entries()) {
    const to = site.join(`restored-${id}.sqlite`);
    const { proof } = await salvor.restore({ snapshot: id, to });
    assert.equal(proof?.equal, true);
    const { counter, ledger } = readBooks(to);
    const [earliest, latest] = windows[at] ?? [0, 0];
    assert.ok(counter >= earliest && counter <= latest + 1, `${counter} in ${earliest}..${latest}`);
    assert.deepEqual(ledger, committed.slice(0, counter));
  }
}
