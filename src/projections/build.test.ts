import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { Hosts } from "../stores/host/hosts.ts";
import { memoryFolder } from "../../test/support/folder.ts";
import { buildState } from "./build-state.ts";
import { buildHere, buildRequest, eventLine, registry, rowsOf, tryBuildHere } from "./samples.ts";
import type { RebuildProgress } from "./types.ts";

const DATA = join(import.meta.dirname, "../../test/data/events");
const HISTORY = join(DATA, "history.jsonl");
const EXPECTED = readFileSync(join(DATA, "history.state.tsv"), "utf8").trimEnd().split("\n");
const CODE = { kind: "code", module: join(DATA, "../projections/registry.ts") } as const;

const { signal } = new AbortController();
const hosts = new Hosts();
after(() => hosts[Symbol.dispose]());

const unexpected = (): void => assert.fail("there is no damage");

/** A line an event: when it is, and what it puts. */
function lines(...events: readonly (readonly [id: string, time: string, path: string])[]): string {
  return events
    .map(([id, time, path], at) =>
      eventLine({
        id,
        type: "file.added",
        time: `2026-01-01T00:00:${time}Z`,
        sequence: String(at + 1).padStart(12, "0"),
        data: { path, blob: id, mode: "100644" },
      }),
    )
    .join("");
}

describe("a state that is built from the sample", () => {
  for (const [form, projection] of [
    ["declarative", registry()],
    ["code", registry({ tables: null, form: CODE })],
  ] as const) {
    it(`holds what the plain replay says, in the ${form} form`, async () => {
      await using folder = await memoryFolder();
      const draft = folder.join("draft.sqlite");
      const request = buildRequest(HISTORY, draft, { projection, batchMax: 100 });
      const reports: RebuildProgress[] = [];
      const listener = {
        onDamaged: unexpected,
        onProgress: (each: RebuildProgress) => void reports.push(each),
      };
      const result = await buildState(hosts, request, listener, signal);
      assert.deepEqual(rowsOf(draft), EXPECTED.toSorted());
      const { events, applied, duplicates, corrupted, resumedAfter } = result;
      assert.deepEqual(
        { events, applied, duplicates, corrupted, resumedAfter },
        { events: 2229, applied: 2229, duplicates: 0, corrupted: 0, resumedAfter: 0 },
      );
      assert.equal(result.checkpoint?.line, 2229);
      assert.deepEqual(Object.keys(result.tables), ["files"]);
      const last = reports.at(-1);
      assert.equal(last?.bytes, last?.bytesTotal);
      assert.equal(last?.events, 2229);
    });
  }
});

describe("a draft", () => {
  it("that is finished is gone on with: nothing is applied twice", async () => {
    await using folder = await memoryFolder();
    const request = buildRequest(HISTORY, folder.join("draft.sqlite"));
    const first = await buildHere(request);
    const second = await buildHere(request);
    assert.equal(second.result.resumedAfter, 2229);
    assert.deepEqual(
      { ...second.result, resumedAfter: 0, eventsPerSecond: 0 },
      {
        ...first.result,
        eventsPerSecond: 0,
      },
    );
    assert.deepEqual(rowsOf(request.draft), EXPECTED.toSorted());
  });

  it("of another definition is begun anew", async () => {
    await using folder = await memoryFolder();
    const request = buildRequest(HISTORY, folder.join("draft.sqlite"));
    await buildHere(request);
    for (const change of [
      { version: 2 },
      { name: "other" },
      { log: "elsewhere" },
      { tables: { files: { key: ["path"], columns: { path: "text" }, indexes: [] } } },
    ] as const) {
      const projection = registry(change);
      const { output } = await tryBuildHere({ ...request, projection });
      assert.equal(output.kind, "stale", JSON.stringify(change));
    }
    const { output } = await tryBuildHere({ ...request, untilMs: 0 });
    assert.equal(output.kind, "stale");
    const stale: string[] = [];
    const listener = {
      onDamaged: unexpected,
      onStale: (reason: string) => void stale.push(reason),
    };
    const projection = registry({ version: 2 });
    const result = await buildState(hosts, { ...request, projection }, listener, signal);
    assert.deepEqual(stale, ["it has version 1 of the projection, not 2"]);
    assert.equal(result.applied, 2229);
  });

  it("that is no state is begun anew; a live state that is none is refused", async () => {
    await using folder = await memoryFolder();
    const draft = folder.join("draft.sqlite");
    await copyFile(join(DATA, "../chinook.sqlite"), draft);
    const request = buildRequest(HISTORY, draft);
    assert.deepEqual((await tryBuildHere(request)).output, {
      kind: "stale",
      reason: "it is no state of a projection",
    });
    await assert.rejects(buildHere({ ...request, fromMs: 0 }), { code: "REFUSED" });
  });

  it("whose log was rewritten since is begun anew", async () => {
    await using folder = await memoryFolder();
    const log = folder.join("log.jsonl");
    const draft = folder.join("draft.sqlite");
    writeFileSync(log, lines(["a", "01", "one"], ["b", "02", "two"]));
    await buildHere(buildRequest(log, draft));
    writeFileSync(log, lines(["c", "01", "three"]));
    const { output } = await tryBuildHere(buildRequest(log, draft));
    assert.equal(output.kind, "stale");
    await assert.rejects(buildHere(buildRequest(log, draft, { fromMs: 0 })), {
      code: "LOG_CHANGED",
    });
  });
});

describe("an event that comes again", () => {
  it("is counted and changes nothing, also under another number", async () => {
    await using folder = await memoryFolder();
    const log = folder.join("log.jsonl");
    writeFileSync(
      log,
      lines(["a", "01", "one"], ["b", "02", "two"], ["a", "01", "one"], ["b", "02", "two"]),
    );
    const { result } = await buildHere(buildRequest(log, folder.join("draft.sqlite")));
    assert.deepEqual([result.events, result.applied, result.duplicates], [4, 2, 2]);
    assert.deepEqual(rowsOf(folder.join("draft.sqlite")), ["one\ta\t100644", "two\tb\t100644"]);
  });

  it("is known in files that begin with the same line, whichever batch it was in", async () => {
    const first = lines(["a", "01", "one"], ["b", "02", "two"], ["c", "03", "three"]);
    const second = lines(
      ["a", "01", "one"],
      ["d", "02", "four"],
      ["d", "02", "four"],
      ["c", "03", "three"],
    );
    for (const batchMax of [1, 2, 100]) {
      await using folder = await memoryFolder();
      writeFileSync(folder.join("log-1.jsonl"), first);
      writeFileSync(folder.join("log-2.jsonl"), second);
      const request = buildRequest(folder.join("*.jsonl"), folder.join("draft.sqlite"), {
        batchMax,
      });
      const { applied, duplicates } = (await buildHere(request)).result;
      assert.deepEqual([applied, duplicates], [4, 3]);
    }
  });

  it("with other content is damage, whichever batch the first one was in", async () => {
    for (const batchMax of [1, 2, 100]) {
      await using folder = await memoryFolder();
      const log = folder.join("log.jsonl");
      const draft = folder.join("draft.sqlite");
      writeFileSync(log, lines(["a", "01", "one"], ["b", "02", "two"], ["a", "01", "other"]));
      const request = buildRequest(log, draft, { batchMax });
      await assert.rejects(buildHere(request), (error: Error) => {
        assert.match(
          error.message,
          /^log\.jsonl, line 3 \(byte \d+\), cannot be applied: an event/,
        );
        return "code" in error && error.code === "LOG_DAMAGED";
      });
      const { result, damaged } = await buildHere({ ...request, onDamaged: "skip" });
      assert.deepEqual([result.events, result.applied, result.corrupted], [3, 2, 1]);
      const [damage] = damaged;
      assert.deepEqual([damage?.fault, damage?.line, damage?.id], ["conflict", 3, "a"]);
      assert.equal(JSON.parse(Buffer.from(damage?.bytes ?? []).toString()).data.path, "other");
      assert.deepEqual(rowsOf(draft), ["one\ta\t100644", "two\tb\t100644"]);
    }
  });
});

describe("damage", () => {
  const damagedLog = (): string => {
    const all = lines(
      ["a", "01", "one"],
      ["b", "02", "two"],
      ["c", "03", "three"],
      ["d", "04", "4"],
    );
    return all.replace('"two"', '"tvo"').replace('"three"', '"thrie"');
  };

  it("ends a build that stops, before it, and says where", async () => {
    await using folder = await memoryFolder();
    const log = folder.join("log.jsonl");
    const draft = folder.join("draft.sqlite");
    writeFileSync(log, damagedLog());
    await assert.rejects(buildHere(buildRequest(log, draft)), {
      code: "LOG_DAMAGED",
      message: /log\.jsonl, line 2 \(byte \d+\)/,
    });
    assert.deepEqual(rowsOf(draft), ["one\ta\t100644"]);
    // Mended, it goes on where it stopped.
    writeFileSync(log, damagedLog().replace("tvo", "two").replace("thrie", "three"));
    const { result } = await buildHere(buildRequest(log, draft));
    assert.deepEqual([result.resumedAfter, result.applied], [1, 4]);
  });

  it("is left out, told and counted where that is the policy; below a limit only", async () => {
    await using folder = await memoryFolder();
    const log = folder.join("log.jsonl");
    writeFileSync(log, damagedLog());
    const draft = folder.join("draft.sqlite");
    const { result, damaged } = await buildHere(buildRequest(log, draft, { onDamaged: "skip" }));
    assert.deepEqual([result.events, result.applied, result.corrupted], [4, 2, 2]);
    assert.deepEqual(
      damaged.map(({ line }) => line),
      [2, 3],
    );
    const few = { onDamaged: { skipBelow: 2 }, draft: folder.join("few.sqlite") } as const;
    await assert.rejects(buildHere(buildRequest(log, draft, few)), { code: "LOG_DAMAGED" });
    const enough = { onDamaged: { skipBelow: 3 }, draft: folder.join("enough.sqlite") } as const;
    assert.equal((await buildHere(buildRequest(log, draft, enough))).result.corrupted, 2);
    // What was left out once is not passed on to a build that leaves nothing out.
    const { output } = await tryBuildHere(buildRequest(log, draft));
    assert.deepEqual(output, { kind: "stale", reason: "events were left out of it" });
  });

  it("is also a value that does not fit its column, or a key that is missing", async () => {
    await using folder = await memoryFolder();
    const log = folder.join("log.jsonl");
    const time = "2026-01-01T00:00:00Z";
    const given = [{ path: "p", blob: true }, { blob: "b" }, { path: null }, { path: "q" }, 7];
    writeFileSync(
      log,
      given
        .map((data, at) =>
          eventLine({ id: `${at}`, type: "file.added", time, sequence: `${at}`, data }),
        )
        .join(""),
    );
    const draft = folder.join("draft.sqlite");
    const { result, damaged } = await buildHere(buildRequest(log, draft, { onDamaged: "skip" }));
    assert.deepEqual([result.applied, result.corrupted], [1, 4]);
    assert.deepEqual(
      damaged.map(({ reason }) => reason),
      [
        'data.blob does not fit the column "blob": true is no text',
        'data.path is missing, and "path" is part of the key of files',
        'data.path is missing, and "path" is part of the key of files',
        'data.path is missing, and "path" is part of the key of files',
      ],
    );
    assert.deepEqual(rowsOf(draft), ["q\t\t"]);
  });
});

describe("time", () => {
  it("bounds a state of the past: all events of one time are in, or out", async () => {
    await using folder = await memoryFolder();
    const log = folder.join("log.jsonl");
    writeFileSync(
      log,
      lines(["a", "01", "one"], ["b", "02", "two"], ["c", "02", "three"], ["d", "01", "late"]),
    );
    const counts = [];
    for (const second of ["00", "01", "02", "03"]) {
      const untilMs = Date.parse(`2026-01-01T00:00:${second}Z`);
      const draft = folder.join(`${second}.sqlite`);
      counts.push((await buildHere(buildRequest(log, draft, { untilMs }))).result.applied);
    }
    assert.deepEqual(counts, [0, 2, 4, 4]);
  });

  it("lets a copied state go on with what is new, and refuses a gap", async () => {
    await using folder = await memoryFolder();
    const log = folder.join("log.jsonl");
    const state = folder.join("state.sqlite");
    writeFileSync(log, lines(["a", "01", "one"]));
    await buildHere(buildRequest(log, state));
    writeFileSync(log, lines(["a", "01", "one"], ["b", "02", "two"], ["c", "05", "three"]));
    const from = (second: string): Parameters<typeof buildHere>[0] => {
      const fromMs = Date.parse(`2026-01-01T00:00:${second}Z`);
      return buildRequest(log, state, { fromMs, build: `from ${second}` });
    };
    await assert.rejects(buildHere(from("03")), { code: "REFUSED", message: /"b".*gap/ });
    assert.deepEqual(rowsOf(state), ["one\ta\t100644"]);
    const { result } = await buildHere(from("02"));
    assert.deepEqual([result.events, result.applied, result.resumedAfter], [2, 2, 0]);
    assert.equal(rowsOf(state).length, 3);
    const again = await buildHere(from("03"));
    assert.deepEqual([again.result.events, again.result.applied], [0, 0]);
  });
});
