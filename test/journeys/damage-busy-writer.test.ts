import assert from "node:assert/strict";
import { test } from "node:test";

import { openSite } from "./site.ts";
import { buildBank, readBooks, startWriter } from "./writer.ts";

// Goal: somebody who looks while a program commits all the time sees no damage where none is.
// Method: a process commits hundreds of times a second, throughout; every look is taken again and again.

const ROUNDS = 3;

for (const journalMode of ["wal", "delete"] as const) {
  test(`looks under a busy writer find nothing, journal mode ${journalMode}`, async () => {
    await using site = await openSite({ stores: { bank: "bank.sqlite" } });
    buildBank(site.database("bank"), journalMode, 2);
    await using writer = await startWriter(site.database("bank"), { pauseMs: 2 });
    await using salvor = await site.open();
    await salvor.backup();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const look of ["audit", "integrity", "scan"] as const) {
        const earlier = writer.committed.length;
        const { sound, findings } = await salvor[look]();
        const said = findings.map(({ code, description }) => `${code}: ${description}`);
        assert.ok(sound, `${look}: ${said.join("\n")}`);
        assert.deepEqual(
          said.filter((each) => !each.startsWith("sqlite.wal.tail")),
          [],
          look,
        );
        await writer.more(1);
        assert.ok(writer.committed.length > earlier);
      }
    }
    const { sound, run } = await salvor.fullRecovery({ yes: true });
    assert.ok(sound);
    assert.equal(run, null, "a sound store was recovered");
    await writer.end();
    const { ledger } = readBooks(site.database("bank"));
    assert.deepEqual(ledger, writer.committed, "a commit is gone");
  });
}
