import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, rm, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";

import type { JsonObject } from "../../core/json.ts";
import type { Inspection, InspectionKind } from "../types.ts";
import { eventLogDriver } from "./driver.ts";
import { CHECKSUM, eventLine, eventLines, sampleLog, type LogSample } from "./keep/samples.ts";

const { signal } = new AbortController();

async function look(sample: LogSample, kind: InspectionKind): Promise<Inspection> {
  await using held = await sample.live.hold(signal);
  return held.inspect(kind, signal);
}

/** Codes and lines of what a look has shown. */
async function seen(sample: LogSample, kind: InspectionKind): Promise<readonly string[]> {
  const { observations } = await look(sample, kind);
  return observations.map(
    ({ code, location }) => `${code}:${location.line ?? location.file ?? ""}`,
  );
}

function log(text: string | Uint8Array, options: JsonObject = { checksum: CHECKSUM }) {
  return sampleLog({ "log/app.jsonl": text }, "log/app.jsonl", options);
}

/** Events without a checksum, by what is told of them. */
function events(...given: readonly JsonObject[]): string {
  const lines = given.map((each, index) => ({ id: `e${index}`, type: "noted", ...each }));
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

describe("a look at an event log", () => {
  it("finds nothing in a sound one, and tells its files", async () => {
    await using sample = await log(eventLines(1, 50));
    const audit = await look(sample, "audit");
    assert.deepEqual(audit.observations, []);
    const [file] = audit.files;
    assert.equal(file?.valid, true);
    assert.match(file?.sha256 ?? "", /^sha256:[0-9a-f]{64}$/);
    assert.equal(audit.collections?.["events"], 50);
    for (const kind of ["integrity", "scan"] as const) {
      const { observations, checked, complete } = await look(sample, kind);
      assert.deepEqual([observations, checked, complete], [[], 50, true]);
    }
  });

  it("scans: names each kind of damaged line with its line, its byte and its evidence", async () => {
    const lines = Array.from({ length: 8 }, (_, index) => eventLine(index + 1));
    const [first = "", second = "", third = "", fourth = "", fifth = "", sixth = "", last = ""] =
      lines;
    const bytes = Buffer.concat([
      Buffer.from(first),
      Buffer.from(second.replace("a of 2", "b of 2")),
      Buffer.from(third.replace("\n", "") + fourth),
      Buffer.from(fifth.slice(0, 40).padEnd(90, "\0") + "\n"),
      Buffer.concat([Buffer.from(sixth.slice(0, 30)), Buffer.from([0xff, 0x0a])]),
      Buffer.from(last.slice(0, 60)),
    ]);
    await using sample = await log(bytes);
    const { observations } = await look(sample, "scan");
    assert.deepEqual(
      observations.map(({ code, location }) => [code, location.line, location.byte]),
      [
        ["event-log.checksum", 2, first.length],
        ["event-log.unreadable", 3, first.length + second.length],
        [
          "event-log.unreadable",
          4,
          first.length + second.length + third.length + fourth.length - 1,
        ],
        ["event-log.unreadable", 5, bytes.length - 60 - 32],
        ["event-log.torn", 6, bytes.length - 60],
      ],
    );
    const told = observations.map(({ description }) => description).join("\n");
    assert.match(told, /\(id event-2\): checksum is not the crc32 of the line/);
    assert.match(told, /two events stand in one line/);
    assert.match(told, /50 of its 90 bytes are zero/);
    assert.match(told, /not UTF-8/);
    assert.match(observations[0]?.evidence ?? "", /b of 2/);
    assert.deepEqual(observations[0]?.remedies, ["merge"]);
    assert.deepEqual(await seen(sample, "audit"), [
      "event-log.torn:6",
      "event-log.damaged:app.jsonl",
    ]);
    assert.equal((await look(sample, "audit")).files[0]?.error, "4 of its lines are damaged");
  });

  it("finds gaps, repeated numbers and numbers that run backwards", async () => {
    await using sample = await log(
      events({ sequence: 1 }, { sequence: 2 }, { sequence: 5 }, { sequence: 5 }, { sequence: 4 }),
      {},
    );
    const { observations } = await look(sample, "integrity");
    assert.deepEqual(
      observations.map(({ code, location }) => [code, location.line]),
      [
        ["event-log.gap", 3],
        ["event-log.sequence.repeated", 4],
        ["event-log.sequence.backwards", 5],
      ],
    );
    assert.match(observations[0]?.description ?? "", /2 events are missing, 3 to 4/);
  });

  it("tells an event that stands there twice from two of one id", async () => {
    await using sample = await log(
      events(
        { id: "a", data: 1 },
        { id: "b", data: 1 },
        { id: "a", data: 1 },
        { id: "b", data: 2 },
      ),
      {},
    );
    assert.deepEqual(await seen(sample, "integrity"), [
      "event-log.id.repeated:3",
      "event-log.id.conflict:4",
    ]);
  });

  it("finds time that runs backwards, unknown types and data that fail their schema", async () => {
    await using sample = await log(
      events(
        { time: 1_700_000_000, data: { n: 1 } },
        { time: "2023-11-14T22:13:19.5Z", data: { n: "x" } },
        { type: "heard" },
        { type: "" },
        { time: "yesterday" },
      ),
      {},
    );
    const schema = sample.path("noted.json");
    await writeFile(schema, JSON.stringify({ properties: { n: { type: "integer" } } }));
    const path = sample.path("log/app.jsonl");
    const live = await eventLogDriver.open(
      "l",
      { path, schemas: { noted: schema } },
      sample.context,
    );
    await using held = await live.hold(signal);
    const { observations } = await held.inspect("integrity", signal);
    assert.deepEqual(
      observations.map(({ code, location }) => [code, location.line]),
      [
        ["event-log.schema", 2],
        ["event-log.type.unknown", 3],
        ["event-log.envelope", 4],
        ["event-log.envelope", 5],
      ],
    );
    const plain = await look(sample, "integrity");
    assert.ok(plain.observations.some(({ code }) => code === "event-log.time.backwards"));
  });

  it("finds where a chain of events is broken", async () => {
    const chained: string[] = [];
    let link = "";
    for (let index = 0; index < 5; index++) {
      const line = JSON.stringify({ id: `c${index}`, type: "t", data: index, before: link });
      link = createHash("sha256").update(line).digest("hex");
      chained.push(`${line}\n`);
    }
    const options = { chain: { field: "before", algorithm: "sha256", over: "line" } };
    await using sample = await log(chained.join(""), options);
    assert.deepEqual(await seen(sample, "integrity"), []);
    const altered = chained.map((line, at) => (at === 2 ? line.replace(":2,", ":7,") : line));
    await writeFile(sample.path("log/app.jsonl"), altered.join(""));
    assert.deepEqual(await seen(sample, "integrity"), ["event-log.chain:4"]);
    await writeFile(sample.path("log/app.jsonl"), chained.toSpliced(1, 1).join(""));
    assert.deepEqual(await seen(sample, "integrity"), ["event-log.chain:2"]);
  });

  it("passes over no archive of which not one byte can be uncompressed, wherever it stands", async () => {
    const broken = Buffer.from(gzipSync(eventLines(1, 20)));
    broken.fill(0xff, 12, 40);
    const file = "event-log.file.damaged:1";
    await using first = await sampleLog(
      { "log/app.jsonl.1.gz": broken, "log/app.jsonl": eventLines(21, 25) },
      "log/app.jsonl*",
    );
    assert.deepEqual(await seen(first, "scan"), [file]);
    assert.deepEqual(await seen(first, "integrity"), [file]);
    await using last = await sampleLog(
      { "log/app.jsonl.1": eventLines(1, 20), "log/app.jsonl.gz": broken },
      "log/app.jsonl*",
    );
    assert.deepEqual(await seen(last, "scan"), [file]);
    await using only = await sampleLog({ "log/app.jsonl.gz": broken }, "log/app.jsonl.gz");
    assert.deepEqual(await seen(only, "scan"), [file]);
  });

  it("tells that the newest archive is cut, and takes one that is being made for none", async () => {
    const packed = gzipSync(eventLines(1, 20));
    const cut = packed.subarray(0, packed.length - 9);
    await using sample = await sampleLog(
      { "log/app.jsonl.1": eventLines(1, 20), "log/app.jsonl.1.gz": cut },
      "log/app.jsonl*",
    );
    assert.deepEqual(await seen(sample, "scan"), []);
    await rm(sample.path("log/app.jsonl.1"));
    const found = await seen(sample, "scan");
    assert.ok(
      found.some((each) => each.startsWith("event-log.file.damaged")),
      found.join(),
    );
  });

  it("tells a damaged archive, an unreadable file and a missing log", async () => {
    const packed = gzipSync(eventLines(1, 2000));
    const broken = Buffer.from(packed);
    broken.fill(0, Math.floor(packed.length / 2), Math.floor(packed.length / 2) + 200);
    await using sample = await sampleLog(
      { "log/app.jsonl.1.gz": broken, "log/app.jsonl": eventLines(2001, 2005) },
      "log/app.jsonl*",
    );
    const found = await seen(sample, "scan");
    assert.ok(
      found.some((each) => each.startsWith("event-log.file.damaged")),
      found.join(),
    );
    await rm(sample.path("log/app.jsonl.1.gz"));
    if (process.getuid?.() !== 0) {
      await chmod(sample.path("log/app.jsonl"), 0);
      assert.deepEqual(await seen(sample, "scan"), ["event-log.file.unreadable:app.jsonl"]);
    }
    await rm(sample.path("log/app.jsonl"), { force: true });
    const missing = await look(sample, "audit");
    assert.deepEqual(
      missing.observations.map(({ code }) => code),
      ["event-log.missing"],
    );
    assert.equal(missing.complete, false);
  });
});
