import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { describe, it } from "node:test";

import { startProcess } from "../../../test/support/processes.ts";
import { treeBench, type TreeBench } from "../../../test/support/tree-bench.ts";
import { buildTreeZoo, ODD_NAME } from "../../../test/support/tree-zoo.ts";
import { sha256Hex } from "../../core/hash.ts";
import type { Image } from "../types.ts";
import { CoarseClock } from "./clock.ts";
import { Lanes } from "./lanes.ts";
import { rawOf } from "./raw-path.ts";
import { task as rescue } from "./rescue-task.ts";
import { entriesOf } from "./read-entries.ts";
import { makeSpool } from "./spool.ts";
import { TreeReader } from "./tree-reader.ts";

const signal = AbortSignal.timeout(120_000);

describe("a file that a disk has failed to read", () => {
  it("is read again, but for what is there whole already", async () => {
    await using bench = await treeBench();
    for (const folder of ["live", "copy"]) mkdirSync(bench.path(folder));
    writeFileSync(bench.path("live/a"), "worse by now");
    writeFileSync(bench.path("copy/a"), "whole");
    writeFileSync(bench.path("live/b"), "readable");
    const rescued = (path: string): ReturnType<typeof rescue> =>
      rescue(
        { root: bench.path("live"), path, into: bench.path("copy") },
        { progress: () => {}, tell: async () => {}, signal },
      );
    assert.deepEqual([await rescued("a"), await rescued("b")], [[], []]);
    assert.equal(readFileSync(bench.path("copy/a"), "utf8"), "whole");
    assert.equal(readFileSync(bench.path("copy/b"), "utf8"), "readable");
    assert.equal(await rescued("nowhere"), null);
  });
});

describe("a tree that is read in rounds", () => {
  const CHANGES: Readonly<Record<string, (root: string) => void>> = {
    "a file that got other bytes of the same length, and its old time back": (root) => {
      const { atime, mtime } = statSync(`${root}/a`);
      writeFileSync(`${root}/a`, "new");
      utimesSync(`${root}/a`, atime, mtime);
    },
    "a file that another was renamed over": (root) => {
      writeFileSync(`${root}/draft`, "new");
      renameSync(`${root}/draft`, `${root}/a`);
    },
    "a file that has grown": (root) => appendFileSync(`${root}/a`, "new"),
    "a file that is gone": (root) => rmSync(`${root}/a`),
    "a folder in the place of a file": (root) => {
      rmSync(`${root}/a`);
      mkdirSync(`${root}/a`);
    },
    "a link in the place of a file": (root) => {
      rmSync(`${root}/a`);
      symlinkSync("/etc/passwd", `${root}/a`);
    },
  };
  for (const [what, change] of Object.entries(CHANGES)) {
    it(`notices ${what}`, async () => {
      await using bench = await treeBench();
      const root = bench.path("live");
      mkdirSync(root);
      writeFileSync(`${root}/a`, "old");
      using clock = new CoarseClock(bench.path("clock"));
      await using lanes = new Lanes();
      const reader = new TreeReader(root, () => false, makeSpool(bench.path("spool")), lanes);
      settle();
      await reader.round(clock.now());
      change(root);
      assert.ok((await reader.round(clock.now())).changed.includes("a"));
      settle();
      await reader.round(clock.now());
      settle();
      assert.deepEqual((await reader.round(clock.now())).changed, []);
      const entries = reader.batches.flatMap((batch) => [...entriesOf(batch, new Map())]);
      const found = entries.find(({ entry }) => entry.path === "a")?.entry;
      const stat = statSync(`${root}/a`, { throwIfNoEntry: false });
      if (stat === undefined) assert.equal(found, undefined);
      else if (found?.kind === "file") assert.equal(found.size, stat.size);
    });
  }

  it("reads a file again whose change the clock could not tell", async () => {
    await using bench = await treeBench();
    const root = bench.path("live");
    mkdirSync(root);
    writeFileSync(`${root}/a`, "old");
    using clock = new CoarseClock(bench.path("clock"));
    const spool = bench.path("spool");
    await using lanes = new Lanes();
    const reader = new TreeReader(root, () => false, makeSpool(spool), lanes);
    assert.ok((await reader.round(clock.now())).hasFresh);
    assert.equal(statSync(spool).size, 3);
    await reader.round(clock.now());
    assert.equal(statSync(spool).size, 6, "it was not read again");
  });
});

/** Longer than two ticks of the kernel's coarse clock. */
function settle(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
}

describe("an image of a tree", () => {
  it("is stable when nothing changes, and smeared with the name of what never rests", async () => {
    await using bench = await treeBench();
    const root = bench.path("live");
    mkdirSync(root);
    writeFileSync(`${root}/quiet`, "quiet");
    await using store = await bench.open(root);
    await using still = await store.capture({ exclusive: false }, signal);
    assert.equal((await still.seal({ portable: false }, signal)).receipt.consistency, "stable");

    const writer = startProcess(process.execPath, ["--eval", WRITER, `${root}/busy.log`]);
    try {
      while (statSync(`${root}/busy.log`, { throwIfNoEntry: false }) === undefined) settle();
      await using image = await store.capture({ exclusive: false }, signal);
      const { receipt } = await image.seal({ portable: false }, signal);
      assert.equal(receipt.consistency, "smeared");
      assert.deepEqual(receipt.recorded["changing"], ["busy.log"]);
      const [doubt] = await Array.fromAsync(image.referee({ receipt, trees: [] }, signal));
      assert.match(doubt?.description ?? "it counts as complete", /busy\.log/);
      await using copy = await bench.open(bench.path("copy"));
      await copy.restore(image, {}, signal);
      await using restored = await copy.capture({ exclusive: true }, signal);
      const proof = await restored.seal({ portable: false }, signal);
      assert.equal(proof.receipt.digest, receipt.digest);
    } finally {
      writer.killGroup();
      await writer.finished;
    }
  });

  it("gives a large file as it was when it has only grown since", async () => {
    await using bench = await treeBench();
    const { image, path } = await largeImage(bench);
    await using _image = image;
    appendFileSync(path, "one more line");
    assert.equal(sha256Hex(await contentOf(image)), sha256Hex(LARGE));
  });

  it("gives no byte of a large file that has become another", async () => {
    await using bench = await treeBench();
    const { image, path } = await largeImage(bench);
    await using _image = image;
    writeFileSync(path, Buffer.alloc(LARGE.length, 8));
    await assert.rejects(contentOf(image), { code: "STORE_BUSY" });
  });

  it("leaves out what is excluded, and what is no file, without waiting for a pipe", async () => {
    await using bench = await treeBench();
    const root = bench.path("live");
    mkdirSync(`${root}/cache/deep`, { recursive: true });
    for (const name of ["a.tmp", "keep.tmp", "b", "cache/c", "cache/deep/d"])
      writeFileSync(`${root}/${name}`, name);
    assert.equal(spawnSync("mkfifo", [`${root}/pipe`]).status, 0);
    await using store = await bench.open(root, { exclude: ["*.tmp", "!keep.tmp", "/cache/deep/"] });
    await using image = await store.capture({ exclusive: false }, signal);
    assert.deepEqual(await pathsOf(image), ["", "b", "cache", "cache/c", "keep.tmp"]);
    assert.equal(image.description["leftAlone"], 3);
  });

  it("shows a name that is not UTF-8 as bytes", async () => {
    await using bench = await treeBench();
    const root = bench.path("live");
    mkdirSync(root);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), ODD_NAME]), "");
    await using store = await bench.open(root);
    await using image = await store.capture({ exclusive: false }, signal);
    const shown = { $bytes: ODD_NAME.toString("base64") };
    assert.deepEqual(await pathsOf(image), ["", shown]);
    assert.equal(rawOf(ODD_NAME).length, ODD_NAME.length);
  });

  it("answers rules as a table of its files", async () => {
    await using bench = await treeBench();
    const root = bench.path("live");
    buildTreeZoo(root);
    await using store = await bench.open(root);
    await using image = await store.capture({ exclusive: false }, signal);
    const ask = async (text: string): Promise<unknown> =>
      (await image.query({ text, timeoutMs: 60_000, rowsMax: 10, bytesMax: 10_000 }, signal)).rows;
    const shown = { $bytes: ODD_NAME.toString("base64") };
    assert.deepEqual(await ask("SELECT path FROM files WHERE typeof(path) = 'blob'"), [
      { path: shown },
    ]);
    assert.deepEqual(
      await ask(`SELECT path, size, printf('%04o', mode) AS bits, uid, mtime, sha256, link
        FROM files WHERE path IN ('app.conf', 'current') ORDER BY path`),
      [
        {
          path: "app.conf",
          size: 12,
          bits: "0644",
          uid: process.getuid?.(),
          mtime: "2023-11-14T22:13:20.123456Z",
          sha256: `sha256:${sha256Hex(Buffer.from("port = 8080\n"))}`,
          link: null,
        },
        {
          path: "current",
          size: null,
          bits: "0000",
          uid: process.getuid?.(),
          mtime: "2020-09-13T12:26:40.000000Z",
          sha256: null,
          link: "app.conf",
        },
      ],
    );
    assert.deepEqual(await ask("SELECT path FROM files WHERE mtime < '1970'"), [
      { path: "conf/b" },
    ]);
    await assert.rejects(ask("DELETE FROM files"), { code: "QUERY_REFUSED" });
  });

  it("is refused of a link, which an exchange would replace by a folder", async () => {
    await using bench = await treeBench();
    mkdirSync(bench.path("real"));
    symlinkSync("real", bench.path("live"));
    await using store = await bench.open(bench.path("live"));
    await assert.rejects(store.capture({ exclusive: false }, signal), { code: "REFUSED" });
  });
});

/** Appends a line every millisecond. */
const WRITER = `
  const { appendFileSync } = require("node:fs");
  setInterval(() => appendFileSync(process.argv[1], "line\\n"), 1);`;

const LARGE = Buffer.alloc(2_500_000, 7);

async function largeImage(bench: TreeBench): Promise<{ readonly image: Image; path: string }> {
  const root = bench.path("live");
  mkdirSync(root);
  const path = `${root}/large`;
  writeFileSync(path, LARGE);
  const store = await bench.open(root);
  return { image: await store.capture({ exclusive: false }, signal), path };
}

async function contentOf(image: Image): Promise<Buffer> {
  const [, content] = await Array.fromAsync(image.parts(signal));
  assert.ok(content);
  const portions = await Array.fromAsync(content.open(signal), (bytes) => Buffer.from(bytes));
  return Buffer.concat(portions);
}

async function pathsOf(image: Image): Promise<readonly unknown[]> {
  const range = { after: null, upTo: null };
  const keys = await Array.fromAsync(image.rows("files", range, signal), ({ key }) =>
    image.showKey("files", key),
  );
  return keys.map((key) => Object.values(key ?? {})[0]);
}
