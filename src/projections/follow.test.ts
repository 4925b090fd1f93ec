import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, renameSync, writeFileSync } from "node:fs";
import { DatabaseSync, backup } from "node:sqlite";
import { after, describe, it } from "node:test";

import { holdLock } from "../core/lock.ts";
import { systemWorld } from "../core/world.ts";
import { Hosts } from "../stores/host/hosts.ts";
import { memoryFolder, type TemporaryFolder } from "../../test/support/folder.ts";
import { waitFor } from "../../test/support/wait.ts";
import { followProjection } from "./follow.ts";
import { buildHere, buildRequest, eventLine, registry, rowsOf } from "./samples.ts";
import type { EventDamage } from "../stores/events.ts";
import type { BuildProgress, FollowRequest } from "./types.ts";

const hosts = new Hosts();
after(() => hosts[Symbol.dispose]());

function lineOf(path: string, sequence: number, id = `e${sequence}`): string {
  const data = { path, blob: id, mode: "100644" };
  const time = "2026-01-01T00:00:00Z";
  return eventLine({ id, type: "file.added", time, sequence: String(sequence), data });
}

interface Following extends AsyncDisposable {
  readonly log: string;
  readonly state: string;
  readonly request: FollowRequest;
  readonly damaged: EventDamage[];
  readonly paths: () => readonly string[];
  /** Waits until the state holds just these paths. */
  readonly holds: (...paths: readonly string[]) => Promise<void>;
  readonly end: () => Promise<BuildProgress>;
}

async function follow(
  folder: TemporaryFolder,
  changes: Partial<FollowRequest> = {},
): Promise<Following> {
  const [log, state] = [folder.join("log.jsonl"), folder.join("state.sqlite")];
  writeFileSync(log, lineOf("one", 1));
  const build = buildRequest(log, state);
  await buildHere(build);
  const request: FollowRequest = {
    projection: registry({ target: state }),
    log: build.log,
    onDamaged: "stop",
    batchMax: 100,
    turn: folder.join("turn.lock"),
    ...changes,
  };
  const stop = new AbortController();
  const damaged: EventDamage[] = [];
  const onDamaged = (pieces: readonly EventDamage[]): void => void damaged.push(...pieces);
  const ended = followProjection(hosts, request, { onDamaged }, stop.signal);
  ended.catch(() => {}); // looked at in the end
  const paths = (): readonly string[] => rowsOf(state).map((row) => row.split("\t")[0] ?? "");
  return {
    log,
    state,
    request,
    damaged,
    paths,
    holds: async (...wanted) => {
      const text = JSON.stringify(wanted.toSorted());
      await waitFor(text, () => JSON.stringify(paths()) === text);
    },
    end: () => {
      stop.abort();
      return ended;
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended.catch(() => {});
    },
  };
}

describe("a state that follows its log", () => {
  it("takes what is appended, whole lines only, each event once, and ends when it is told", async () => {
    await using folder = await memoryFolder();
    await using following = await follow(folder);
    appendFileSync(following.log, lineOf("two", 2) + lineOf("one", 1));
    await following.holds("one", "two");
    const three = lineOf("three", 3);
    appendFileSync(following.log, three.slice(0, 50));
    await systemWorld().sleep(700, new AbortController().signal);
    assert.deepEqual(following.paths(), ["one", "two"]);
    appendFileSync(following.log, three.slice(50));
    await following.holds("one", "two", "three");
    const { applied, duplicates, corrupted } = await following.end();
    assert.deepEqual([applied, duplicates, corrupted], [3, 1, 0]);
    assert.deepEqual(following.damaged, []);
  });

  it("may be rebuilt and exchanged beneath, and goes on with what it finds", async () => {
    await using folder = await memoryFolder();
    await using following = await follow(folder);
    appendFileSync(following.log, lineOf("two", 2));
    await following.holds("one", "two");
    // A rebuild of which the newest event is still missing, exchanged through the engine.
    const draft = folder.join("draft.sqlite");
    const old = folder.join("old.jsonl");
    writeFileSync(old, lineOf("one", 1));
    await buildHere(buildRequest(old, draft));
    {
      const world = systemWorld();
      const turn = { path: following.request.turn, mode: "exclusive", subject: "it" } as const;
      await using _turn = await holdLock({ ...turn, busy: "STORE_BUSY", timeoutMs: 5000, world });
      appendFileSync(following.log, lineOf("three", 3));
      using source = new DatabaseSync(draft);
      await backup(source, following.state);
      assert.deepEqual(following.paths(), ["one"]);
    }
    await following.holds("one", "two", "three");
    const { applied, duplicates } = await following.end();
    assert.deepEqual([applied, duplicates], [3, 0]);
  });

  it("stops at damage, or keeps it and goes on", async () => {
    await using folder = await memoryFolder();
    const broken = lineOf("two", 2).replace("two", "tvo");
    {
      await using strict = await follow(folder);
      appendFileSync(strict.log, broken + lineOf("three", 3));
      await waitFor("damage", () => strict.damaged.length > 0);
      await assert.rejects(strict.end(), { code: "LOG_DAMAGED" });
      assert.deepEqual(strict.paths(), ["one"]);
    }
    await using other = await memoryFolder();
    await using lenient = await follow(other, { onDamaged: "skip" });
    appendFileSync(lenient.log, broken + lineOf("three", 3));
    await lenient.holds("one", "three");
    const { corrupted } = await lenient.end();
    assert.deepEqual([corrupted, lenient.damaged.length], [1, 1]);
  });

  it("goes on when the log is rotated", async () => {
    await using folder = await memoryFolder();
    const log = folder.join("app.log");
    writeFileSync(log, lineOf("one", 1));
    const input = { path: folder.join("app.log*") };
    await using following = await follow(folder, {
      log: { module: buildRequest(log, "").log.module, input },
    });
    renameSync(log, folder.join("app.log.1"));
    writeFileSync(log, lineOf("two", 2));
    await following.holds("one", "two");
    await following.end();
  });

  it("is refused when it is no state of this projection", async () => {
    await using folder = await memoryFolder();
    await using following = await follow(folder);
    await following.end();
    const copy = folder.join("copy.sqlite");
    copyFileSync(following.state, copy);
    const run = (projection: FollowRequest["projection"]): Promise<BuildProgress> =>
      followProjection(
        hosts,
        { ...following.request, projection },
        { onDamaged: () => {} },
        AbortSignal.timeout(20_000),
      );
    await assert.rejects(run(registry({ target: copy, version: 2 })), { code: "REFUSED" });
    using other = new DatabaseSync(folder.join("other.sqlite"));
    other.exec("CREATE TABLE a (b)");
    await assert.rejects(run(registry({ target: folder.join("other.sqlite") })), {
      code: "REFUSED",
      message: /no state of a projection/,
    });
  });
});
