import assert from "node:assert/strict";
import { createSecretKey, type KeyObject } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import { temporaryFolder } from "../../test/support/folder.ts";
import { runProcess } from "../../test/support/processes.ts";
import { systemWorld } from "../core/world.ts";
import { openState } from "../state/open-state.ts";
import type { State } from "../state/types.ts";
import { currentActor } from "./actor.ts";
import { appendRecord, recordDeed } from "./append.ts";
import { hashOf, linkOf, sealOf } from "./chain.ts";
import { defaultKeyPath, openTrailKey } from "./key.ts";
import { exportTrail, newestRecords } from "./read.ts";
import type { Deed } from "./types.ts";
import { verifyTrail } from "./verify.ts";

const world = systemWorld();
const RECORDS = 5;

function deed(number: number): Deed {
  return {
    actor: currentActor("somebody"),
    action: "backup",
    subject: "shop",
    reason: "a test",
    detail: { number },
  };
}

interface Trail extends AsyncDisposable {
  readonly state: State;
  readonly key: KeyObject;
  readonly keyPath: string;
  /** What somebody does who can write the file and has no key. */
  tamper(sql: string): void;
}

async function trail(records = RECORDS): Promise<Trail> {
  const folder = await temporaryFolder();
  const state = await openState(folder.join("state"), world);
  const keyPath = folder.join("keys", "trail.key");
  const key = await openTrailKey(state, keyPath, world);
  for (let i = 1; i <= records; i += 1) await recordDeed(state, key, deed(i), world);
  return {
    state,
    key,
    keyPath,
    tamper: (sql) => {
      using database = new DatabaseSync(folder.join("state", "state.sqlite"));
      database.exec(`PRAGMA synchronous = OFF; ${sql}`);
    },
    [Symbol.asyncDispose]: async () => {
      state[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The verdict after tampering, and again after Salvor went on recording. */
async function brokenAt(sql: string): Promise<readonly (number | null)[]> {
  await using test = await trail();
  test.tamper(sql);
  const now = await verifyTrail(test.state, test.key);
  assert.equal(now.ok, now.firstBroken === null);
  await recordDeed(test.state, test.key, deed(6), world);
  const later = await verifyTrail(test.state, test.key);
  return [now.firstBroken, later.firstBroken];
}

describe("an untouched trail", () => {
  it("is whole, from its first record on and before it", async () => {
    for (const records of [0, 1, RECORDS]) {
      await using test = await trail(records);
      const verdict = await verifyTrail(test.state, test.key);
      assert.deepEqual(verdict, { ok: true, records, firstBroken: null, problem: null });
    }
  });

  it("gives back what was recorded, newest last", async () => {
    await using test = await trail();
    const records = newestRecords(test.state, 2);
    assert.deepEqual(
      records.map((each) => [each.sequence, each.detail]),
      [
        [4, { number: 4 }],
        [5, { number: 5 }],
      ],
    );
    assert.deepEqual(records[0]?.actor, currentActor("somebody"));
  });

  it("is longer than what is read at once", async () => {
    await using test = await trail(0);
    await test.state.transaction((writer) => {
      for (let i = 0; i < 450; i += 1) appendRecord(writer, test.key, deed(i), world);
    });
    const verdict = await verifyTrail(test.state, test.key);
    assert.deepEqual([verdict.ok, verdict.records], [true, 450]);
    test.tamper("DELETE FROM trail WHERE sequence = 401");
    assert.equal((await verifyTrail(test.state, test.key)).firstBroken, 401);
  });

  it("keeps strange text as it is, and long text within bounds", async () => {
    await using test = await trail(0);
    const strange = "half \ud83d and nul \0 and \u202e and \u001b[31m";
    const long = "x".repeat(100_000);
    await recordDeed(
      test.state,
      test.key,
      { ...deed(1), subject: strange, reason: strange, detail: { strange, long: strange } },
      world,
    );
    await recordDeed(
      test.state,
      test.key,
      { ...deed(2), action: long, subject: long, reason: long, detail: { long } },
      world,
    );
    assert.equal((await verifyTrail(test.state, test.key)).ok, true);
    const [, second] = newestRecords(test.state, 2);
    assert.ok(JSON.stringify(second).length < 8_000);
    assert.equal(second?.detail["omittedBytes"], 100_011);
  });

  it("belongs to the transaction that it is recorded in", async () => {
    await using test = await trail(1);
    const work = test.state.transaction((writer) => {
      appendRecord(writer, test.key, deed(2), world);
      throw new Error("it did not happen");
    });
    await assert.rejects(work, /it did not happen/);
    const verdict = await verifyTrail(test.state, test.key);
    assert.deepEqual([verdict.ok, verdict.records], [true, 1]);
  });
});

describe("a trail that somebody touched is broken for ever, from the touched record on", () => {
  it("when any byte of any record is another one", async () => {
    await using test = await trail(3);
    const columns = [
      "at",
      "actor",
      "action",
      "subject",
      "reason",
      "detail",
      "previous",
      "hash",
      "seal",
    ];
    for (const row of test.state.all("SELECT * FROM trail")) {
      const sequence = Number(row["sequence"]);
      for (const column of columns) {
        const value = String(row[column]);
        for (let at = 0; at < value.length; at += 1) {
          const other = value[at] === "0" ? "1" : "0";
          const changed = `${value.slice(0, at)}${other}${value.slice(at + 1)}`;
          const set = (to: string) =>
            `UPDATE trail SET ${column} = '${to}' WHERE sequence = ${sequence}`;
          test.tamper(set(changed));
          const { firstBroken } = await verifyTrail(test.state, test.key);
          assert.equal(firstBroken, sequence, `byte ${at} of ${column}`);
          test.tamper(set(value));
        }
      }
    }
    assert.equal((await verifyTrail(test.state, test.key)).ok, true);
  });

  it("when the first, a middle or the last record is gone", async () => {
    for (const gone of [1, 3, RECORDS]) {
      const expected = [gone, gone];
      assert.deepEqual(await brokenAt(`DELETE FROM trail WHERE sequence = ${gone}`), expected);
    }
  });

  it("when all of it is gone, with its head or without", async () => {
    assert.deepEqual(await brokenAt("DELETE FROM trail"), [1, 1]);
    assert.deepEqual(await brokenAt("DELETE FROM trail; DELETE FROM trail_head"), [1, 1]);
  });

  it("when records were exchanged", async () => {
    const swap = `
      UPDATE trail SET sequence = -2 WHERE sequence = 2;
      UPDATE trail SET sequence = 2 WHERE sequence = 4;
      UPDATE trail SET sequence = 4 WHERE sequence = -2`;
    assert.deepEqual(await brokenAt(swap), [2, 2]);
  });

  it("when records were moved up to close a gap", async () => {
    const close =
      "DELETE FROM trail WHERE sequence = 2; UPDATE trail SET sequence = 2 WHERE sequence = 3";
    assert.deepEqual(await brokenAt(close), [2, 2]);
  });

  it("when a record was put before the first or behind the last", async () => {
    const copied = "at, actor, action, subject, reason, detail, previous, hash, seal";
    const put = (at: number) =>
      `INSERT INTO trail SELECT ${at}, ${copied} FROM trail WHERE sequence = 5`;
    assert.equal((await brokenAt(put(-7)))[0], 1);
    assert.equal((await brokenAt(put(6)))[0], 6);
  });

  it("when the head is gone, or was set back to an older record with that record's seal", async () => {
    assert.deepEqual((await brokenAt("DELETE FROM trail_head"))[0], RECORDS + 1);
    const cut = `
      DELETE FROM trail WHERE sequence > 3;
      REPLACE INTO trail_head SELECT 1, sequence, hash, seal FROM trail WHERE sequence = 3`;
    const [now, later] = await brokenAt(cut);
    assert.deepEqual([now, later], [4, 4]);
  });

  it("when it was written anew from some record on, with good hashes but without the key", async () => {
    await using test = await trail();
    const forger = createSecretKey(Buffer.alloc(32, 7));
    const rows = test.state.all("SELECT * FROM trail ORDER BY sequence").map(linkOf);
    let previous = rows[1]?.hash ?? "";
    await test.state.transaction((writer) => {
      for (const row of rows.slice(2)) {
        const link = { ...row, reason: "nothing to see here", previous };
        const end = { sequence: link.sequence, hash: hashOf(link) };
        writer.run(
          "UPDATE trail SET reason = ?, previous = ?, hash = ?, seal = ? WHERE sequence = ?",
          link.reason,
          previous,
          end.hash,
          sealOf("record", end, forger),
          end.sequence,
        );
        writer.run(
          "REPLACE INTO trail_head VALUES (1, ?, ?, ?)",
          end.sequence,
          end.hash,
          sealOf("head", end, forger),
        );
        previous = end.hash;
      }
    });
    assert.equal((await verifyTrail(test.state, test.key)).firstBroken, 3);
  });
});

describe("the key of a trail", () => {
  it("is made once, for nobody else's eyes, outside the state", async () => {
    await using test = await trail(1);
    assert.equal((await stat(test.keyPath)).mode & 0o777, 0o600);
    const again = await openTrailKey(test.state, test.keyPath, world);
    assert.ok(again.equals(test.key));
    const place = defaultKeyPath(test.state, { XDG_STATE_HOME: "/somewhere" });
    assert.equal(place, `/somewhere/salvor/trail-${test.state.id.slice(0, 12)}.key`);
    const home = defaultKeyPath(test.state, { HOME: "/home/me" });
    assert.match(home, /^\/home\/me\/\.local\/state\/salvor\/trail-[0-9a-f]/);
  });

  it("is not silently made anew when the trail has begun, even by losing all records", async () => {
    await using test = await trail(2);
    await rm(test.keyPath);
    const refused = { code: "TRAIL_BROKEN", message: /its key .* is gone/ };
    await assert.rejects(openTrailKey(test.state, test.keyPath, world), refused);
    assert.equal(existsSync(test.keyPath), false);
    test.tamper("DELETE FROM trail");
    await assert.rejects(openTrailKey(test.state, test.keyPath, world), refused);
  });

  it("is refused when its file holds something else", async () => {
    await using test = await trail(1);
    await rm(test.keyPath);
    await writeFile(test.keyPath, "not a key");
    await assert.rejects(openTrailKey(test.state, test.keyPath, world), { code: "TRAIL_BROKEN" });
  });
});

it("an export holds every record and the sealed head, a line each", async () => {
  await using test = await trail();
  let text = "";
  for await (const line of exportTrail(test.state)) text += line;
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { head?: object });
  assert.equal(lines.length, RECORDS + 1);
  assert.deepEqual(lines.at(-1)?.head, {
    ...test.state.get("SELECT sequence, hash, seal FROM trail_head"),
  });
  assert.equal(text.includes((await readFile(test.keyPath, "utf8")).trim()), false);
});

// Goal: one chain and one key, whoever records. Method: processes begin a trail at the same moment.
it("processes that record at once make one chain", async () => {
  await using folder = await temporaryFolder();
  const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    import { systemWorld } from ${module("../core/world.ts")};
    import { openState } from ${module("../state/open-state.ts")};
    import { openTrailKey } from ${module("./key.ts")};
    import { recordDeed } from ${module("./append.ts")};
    import { currentActor } from ${module("./actor.ts")};
    const world = systemWorld();
    using state = await openState(process.argv[1], world);
    const key = await openTrailKey(state, process.argv[2], world);
    for (let number = 0; number < 15; number += 1)
      await recordDeed(state, key,
        { actor: currentActor(), action: "a", subject: "b", reason: "c", detail: { number } }, world);
  `;
  const paths = [folder.join("state"), folder.join("trail.key")] as const;
  const ended = await Promise.all(
    Array.from({ length: 5 }, () =>
      runProcess(process.execPath, ["--input-type=module", "-e", program, ...paths]),
    ),
  );
  for (const { status, stderr } of ended) assert.equal(status, 0, stderr);
  using state = await openState(paths[0], world);
  const verdict = await verifyTrail(state, await openTrailKey(state, paths[1], world));
  assert.deepEqual(verdict, { ok: true, records: 75, firstBroken: null, problem: null });
});
