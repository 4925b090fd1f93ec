import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, it } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";

import { temporaryFolder, type TemporaryFolder } from "../../../../test/support/folder.ts";
import { seededRandom } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import type { JsonObject } from "../../../core/json.ts";
import { CHECKSUM, eventLine, eventLines } from "../keep/samples.ts";
import { task, type MendedLog } from "./mend-task.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Files of a log, in rotation order or not, by name. */
interface Given {
  readonly log: Files;
  readonly sources: readonly Files[];
  readonly options?: JsonObject;
  readonly takeOut?: boolean;
}

interface Outcome extends MendedLog {
  readonly files: Readonly<Record<string, Buffer>>;
}

const context = { progress: () => {}, tell: async () => {}, signal: AbortSignal.timeout(60_000) };

async function mend({
  log,
  sources,
  options = { checksum: CHECKSUM },
  takeOut = true,
}: Given): Promise<Outcome> {
  await using folder = await temporaryFolder();
  await write(folder, "log", log);
  for (const [place, files] of sources.entries()) await write(folder, `source-${place}`, files);
  const input = {
    options: { ...options, path: folder.join("log/*") },
    log: folder.join("log"),
    sources: sources.map((_, place) => folder.join(`source-${place}`)),
    target: folder.join("target"),
    takeOut,
  };
  const mended = await task(input, context);
  const names = await readdir(folder.join("target"));
  const read = names.map(
    async (name) => [name, await readFile(folder.join("target", name))] as const,
  );
  const left = await readdir(folder.path);
  assert.deepEqual(
    left.filter((name) => name.startsWith("target.")),
    [],
    "it has tidied up",
  );
  return { ...mended, files: Object.fromEntries(await Promise.all(read)) };
}

async function write(folder: TemporaryFolder, below: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(folder.join(below, name)), { recursive: true });
    await writeFile(folder.join(below, name), content);
  }
}

/** The same text with one byte that was another one. */
function flipped(text: string, at: number, bit = 1): string {
  const bytes = Buffer.from(text);
  bytes[at] = (bytes[at] ?? 0) ^ bit;
  return bytes.toString("latin1");
}

/** The same text, or a comparison of what is shorter than it: its lines by their numbers. */
function assertText(actual: Uint8Array | undefined, expected: string): void {
  const shown = (text: string): readonly string[] =>
    text.split("\n").map((line) => /^.*"id":"event-(\d+)".*of \1".*$/.exec(line)?.[1] ?? line);
  const text = Buffer.from(actual ?? "").toString("latin1");
  assert.deepEqual(shown(text), shown(expected));
  assert.ok(text === expected, "some line is not what it should be");
}

describe("mending a log", () => {
  it("brings a damaged line back from a copy, and keeps what is newer", async () => {
    const whole = eventLines(1, 30);
    const damaged = flipped(whole, whole.indexOf("of 12") + 3);
    const { files, ...told } = await mend({
      log: { "a.jsonl": damaged },
      sources: [{ "a.jsonl": eventLines(1, 20) }],
    });
    assertText(files["a.jsonl"], whole);
    assert.equal(told.restored, 1);
    assert.deepEqual(told.losses, []);
    assert.deepEqual(told.changed, ["a.jsonl"]);
  });

  it("mends a log of many megabytes, whatever the buffers are that it goes through", async () => {
    const whole = eventLines(1, 16_000);
    const bytes = Buffer.from(whole);
    for (const fifth of [1, 2, 4]) {
      const at = Math.floor((bytes.length * fifth) / 5);
      bytes.fill(0, at, at + 9);
    }
    const told = await mend({ log: { "a.jsonl": bytes }, sources: [{ "a.jsonl": whole }] });
    assert.ok(told.files["a.jsonl"]?.toString() === whole);
    assert.equal(told.restored, 3);
  });

  it("goes to an older copy where the newest is damaged at the same place", async () => {
    const whole = eventLines(1, 30);
    const damaged = flipped(whole, whole.indexOf("of 12") + 3);
    const told = await mend({
      log: { "a.jsonl": damaged },
      sources: [
        { "a.jsonl": damaged.slice(0, eventLines(1, 25).length) },
        { "a.jsonl": eventLines(1, 15) },
      ],
    });
    assertText(told.files["a.jsonl"], whole);
    assert.deepEqual(told.losses, []);
    assert.equal(told.wantsOlder, false);
  });

  it("names what no copy has, with the place where it stood", async () => {
    const whole = eventLines(1, 30);
    const at = whole.indexOf("of 25") + 3;
    const damaged = flipped(whole, at);
    const told = await mend({
      log: { "a.jsonl": damaged },
      sources: [{ "a.jsonl": eventLines(1, 20) }],
    });
    assertText(told.files["a.jsonl"], eventLines(1, 24) + eventLines(26, 30));
    const [first, gap] = told.losses;
    assert.deepEqual(
      { fault: first?.fault, file: first?.file, line: first?.line, offset: first?.offset },
      { fault: "checksum", file: "a.jsonl", line: 25, offset: eventLines(1, 24).length },
    );
    const line = Buffer.from(first?.bytes ?? "", "base64").toString("latin1");
    assert.equal(`${line}\n`, damaged.slice(eventLines(1, 24).length, eventLines(1, 25).length));
    assert.equal(gap?.fault, "gap");
    assert.equal(told.lossesTotal, 2);
    assert.equal(told.wantsOlder, true);
  });

  it("takes nothing out as long as a copy that may have it cannot be read", async () => {
    const whole = eventLines(1, 30);
    const damaged = flipped(whole, whole.indexOf("of 25") + 3);
    const told = await mend({
      log: { "a.jsonl": damaged.replace("a of 9", "b of 9") },
      sources: [{ "a.jsonl": eventLines(1, 20) }],
      takeOut: false,
    });
    assert.equal(told.files["a.jsonl"]?.toString("latin1"), damaged);
    assert.deepEqual([told.restored, told.left, told.losses], [1, 1, []]);
  });

  it("brings back events that are gone from the middle, without a damaged line", async () => {
    const told = await mend({
      log: { "a.jsonl": eventLines(1, 9) + eventLines(15, 30) },
      sources: [{ "a.jsonl": eventLines(1, 20) }],
    });
    assertText(told.files["a.jsonl"], eventLines(1, 30));
    assert.equal(told.restored, 5);
  });

  it("ends a log that was cut and written on to", async () => {
    const told = await mend({
      log: { "a.jsonl": eventLines(1, 9) + eventLine(10).slice(0, 50) + eventLines(21, 25) },
      sources: [{ "a.jsonl": eventLines(1, 20) }],
    });
    assertText(told.files["a.jsonl"], eventLines(1, 25));
    assert.deepEqual(told.losses, []);
  });

  it("takes the whole event out of a line that begins with half of another", async () => {
    const half = eventLine(21).slice(0, 80);
    const told = await mend({
      log: { "a.jsonl": eventLines(1, 20) + half + eventLines(22, 25) },
      sources: [{ "a.jsonl": eventLines(1, 20) }],
    });
    assertText(told.files["a.jsonl"], eventLines(1, 20) + eventLines(22, 25));
    assert.equal(told.rescued, 1);
    assert.deepEqual(
      told.losses.map(({ fault, line }) => [fault, line]),
      [
        ["checksum", 21],
        ["gap", 21],
      ],
    );
  });

  it("brings a segment back that is gone, as it was packed", async () => {
    const middle = gzipSync(eventLines(11, 20));
    const log = { "app.log.3.gz": gzipSync(eventLines(1, 10)), "app.log.1": eventLines(21, 30) };
    const told = await mend({ log, sources: [{ ...log, "app.log.2.gz": middle }] });
    assert.deepEqual(told.files["app.log.2.gz"], middle);
    assert.deepEqual(Object.keys(told.files).toSorted(), [
      "app.log.1",
      "app.log.2.gz",
      "app.log.3.gz",
    ]);
  });

  it("leaves away what rotation has taken away, and finds segments under new names", async () => {
    const source = {
      "app.log.2": eventLines(1, 10),
      "app.log.1": eventLines(11, 20),
      "app.log": eventLines(21, 25),
    };
    const whole = eventLines(11, 20);
    const log = {
      "app.log.2": gzipSync(whole),
      "app.log.1": flipped(eventLines(21, 30), 100),
      "app.log": eventLines(31, 40),
    };
    const told = await mend({ log, sources: [source] });
    assertText(told.files["app.log.1"], eventLines(21, 30));
    assert.deepEqual(told.changed, ["app.log.1"]);
    assert.deepEqual(Object.keys(told.files).toSorted(), Object.keys(log).toSorted());
    assert.equal(told.rotated, 10);
    assert.deepEqual(told.losses, []);
  });

  it("packs a damaged segment again as it was", async () => {
    const packed = gzipSync(eventLines(1, 400));
    const told = await mend({
      log: {
        "app.log.1.gz": packed.subarray(0, packed.length >> 1),
        "app.log": eventLines(401, 410),
      },
      sources: [{ "app.log": eventLines(1, 400) }],
    });
    const unpacked = gunzipSync(told.files["app.log.1.gz"] ?? Buffer.alloc(0)).toString();
    assertText(Buffer.from(unpacked + String(told.files["app.log"])), eventLines(1, 410));
    assert.deepEqual(told.losses, []);
  });

  it("names a packed segment that nobody has whole, also where no line of it is damaged", async () => {
    const old = { "a.1.gz": gzipSync(eventLines(1, 20)) };
    const whole = gzipSync(eventLines(21, 420));
    const cut = whole.subarray(0, whole.length >> 1);
    const wrongSum = Buffer.from(gzipSync(eventLines(21, 40)));
    wrongSum[wrongSum.length - 8] = (wrongSum.at(-8) ?? 0) ^ 1;
    for (const [damaged, sources] of [
      [cut, [{ ...old, "a.2.gz": cut }]],
      [wrongSum, []],
    ] as const) {
      const { losses } = await mend({ log: { ...old, "a.2.gz": damaged }, sources });
      const named = losses.filter(({ reason }) => /rest of a\.2\.gz cannot be unc/.test(reason));
      assert.equal(named.length, 1);
    }
    const told = await mend({
      log: { ...old, "a.2.gz": cut },
      sources: [old, { ...old, "a.2.gz": whole }],
    });
    assert.deepEqual(told.losses, [], "an older copy has it whole");
    assertText(gunzipSync(told.files["a.2.gz"] ?? ""), eventLines(21, 420));
  });

  it("knows an altered event by its id where nothing else tells", async () => {
    const whole = eventLines(1, 20);
    const told = await mend({
      log: { "a.jsonl": whole.replace("a of 7", "b of 7") },
      sources: [{ "a.jsonl": eventLines(1, 15) }],
      options: {},
    });
    assertText(told.files["a.jsonl"], whole);
  });

  it("refuses to take a log for damaged whose checksum it was told wrongly", async () => {
    const log = { "a.jsonl": eventLines(1, 100).replaceAll('"checksum"', '"sum"') };
    await assert.rejects(mend({ log, sources: [] }), { code: "REFUSED" });
  });
});

// Goal: whatever happens to bytes of the part that a copy has, all events are there again.
// Method: damage runs of bytes at random, some of them line ends; mend; compare with the whole log.
describe(`mending drawn damage (SEED=${SEED})`, () => {
  for (let round = 0; round < 9; round++) {
    it(`brings everything back that a copy has, round ${round}`, async () => {
      const random = seededRandom(SEED + round);
      const size = round % 3 === 0 ? 12_000 : 200;
      const kept = eventLines(1, size);
      const bytes = Buffer.from(kept + eventLines(size + 1, size + 60));
      for (let count = 1 + random.below(6); count > 0; count--) {
        const at = random.below(kept.length - 700);
        const length = 1 + random.below(600);
        for (let index = at; index < at + length; index++) bytes[index] = random.below(256);
      }
      const told = await mend({ log: { "a.jsonl": bytes }, sources: [{ "a.jsonl": kept }] });
      assertText(told.files["a.jsonl"], eventLines(1, size + 60));
      assert.deepEqual(told.losses, []);
    });
  }
});
