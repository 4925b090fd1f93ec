import assert from "node:assert/strict";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { describe, it } from "node:test";

import { treeBench, type TreeBench } from "../../../test/support/tree-bench.ts";
import { buildTreeZoo, treeFacts } from "../../../test/support/tree-zoo.ts";
import { sha256Hex } from "../../core/hash.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Content, Part } from "../types.ts";

const signal = AbortSignal.timeout(120_000);

describe("a tree that is restored", () => {
  it("has every entry as it was, seen without us", async () => {
    await using bench = await treeBench();
    const live = bench.path("live");
    buildTreeZoo(live);
    await restoreCopy(bench, live, bench.path("copy"));
    assert.deepEqual(treeFacts(bench.path("copy")), treeFacts(live));
    const [old, restored] = [live, bench.path("copy")].map((root) =>
      lstatSync(`${root}/sparse.img`),
    );
    assert.equal(restored?.blocks, old?.blocks, "holes became zeros, or zeros holes");
  });

  it("is copied to quarantine as it was, too", async () => {
    await using bench = await treeBench();
    const live = bench.path("live");
    buildTreeZoo(live);
    await using store = await bench.open(live);
    const { address } = await store.quarantine(bench.path("kept"), signal);
    assert.deepEqual(treeFacts(address), treeFacts(live));
  });

  it("leaves nothing behind when its content is not what was sealed", async () => {
    await using bench = await treeBench();
    const entries = [FOLDER, { ...FILE, path: "a", sha256: sha256Hex(Buffer.from("other")) }];
    await assert.rejects(restore(bench, entries, "right"), { code: "BACKUP_DAMAGED" });
    assert.deepEqual(readdirSync(bench.folder), []);
  });

  for (const [what, contents] of [
    ["less", ""],
    ["more", "right and more"],
  ] as const) {
    it(`is refused when there is ${what} content than its entries have`, async () => {
      await using bench = await treeBench();
      await assert.rejects(restore(bench, [FOLDER, { ...FILE, path: "a" }], contents), {
        code: "BACKUP_DAMAGED",
      });
    });
  }
});

const FOLDER = { path: "", kind: "folder", mode: 0o755, uid: 0, gid: 0, mtime: "0" };
const FILE = {
  ...FOLDER,
  kind: "file",
  mode: 0o644,
  size: 5,
  sha256: sha256Hex(Buffer.from("right")),
};
const EMPTY = { ...FILE, size: 0, sha256: sha256Hex(Buffer.alloc(0)) };

const LINK = { ...FOLDER, path: "link", kind: "link" };

/** What a snapshot could say to write outside of its tree. */
const ATTACKS: Readonly<Record<string, readonly JsonObject[]>> = {
  "a name above the tree": [FOLDER, { ...FILE, path: "../victim" }],
  "a way up within a path": [FOLDER, { ...FOLDER, path: "a" }, { ...FILE, path: "a/../../victim" }],
  "an absolute path": [FOLDER, { ...FILE, path: "/tmp/victim" }],
  "a path with an empty name": [FOLDER, { ...FILE, path: "a//b" }],
  "the folder itself by another name": [FOLDER, { ...FILE, path: "." }],
  "a zero byte": [FOLDER, { ...FILE, path: "a\0b" }],
  "a file behind a link": [
    FOLDER,
    { ...LINK, link: "../outside" },
    { ...FILE, path: "link/victim" },
  ],
  "a folder behind a link": [
    FOLDER,
    { ...LINK, link: "../outside" },
    { ...FOLDER, path: "link/victim" },
  ],
  "a file behind a file": [FOLDER, { ...EMPTY, path: "a" }, { ...FILE, path: "a/b" }],
  "a file in a folder that is not there": [FOLDER, { ...FILE, path: "gone/b" }],
  "another name of a file outside": [
    FOLDER,
    { ...EMPTY, path: "a", hardlink: "../outside/precious" },
  ],
  "another name of a file behind a link": [
    FOLDER,
    { ...LINK, link: "../outside" },
    { ...EMPTY, path: "m", hardlink: "link/precious" },
  ],
  "another name of what comes later": [
    FOLDER,
    { ...EMPTY, path: "a", hardlink: "b" },
    { ...EMPTY, path: "b" },
  ],
  "a root that is a link": [
    { ...LINK, path: "", link: "outside" },
    { ...FILE, path: "victim" },
  ],
  "no root": [{ ...FILE, path: "victim" }],
};

describe("a snapshot that reaches out of its tree", () => {
  for (const [what, entries] of Object.entries(ATTACKS)) {
    it(`is refused for ${what}`, async () => {
      await using bench = await treeBench();
      mkdirSync(bench.path("outside"));
      writeFileSync(bench.path("outside/precious"), "precious");
      await assert.rejects(restore(bench, entries, "right"), { code: "REFUSED" });
      assert.deepEqual(readdirSync(bench.folder), ["outside"]);
      assert.deepEqual(readdirSync(bench.path("outside")), ["precious"]);
      assert.equal(readFileSync(bench.path("outside/precious"), "utf8"), "precious");
      assert.ok(!existsSync("/tmp/victim"));
    });
  }

  it("is refused for two names of one file that have two contents", async () => {
    await using bench = await treeBench();
    const second = { ...EMPTY, path: "b", hardlink: "a" };
    const entries = [FOLDER, { ...FILE, path: "a" }, second];
    await assert.rejects(restore(bench, entries, "right"), { code: "BACKUP_DAMAGED" });
  });

  it("is refused for a second entry of one name", async () => {
    await using bench = await treeBench();
    const entries = [FOLDER, { ...LINK, link: "../outside" }, { ...FILE, path: "link" }];
    await assert.rejects(restore(bench, entries, "right"), { code: "BACKUP_DAMAGED" });
  });

  for (const line of [
    "{}",
    "null",
    "[1]",
    '{"path":"a"}',
    "not JSON",
    '{"path":7,"kind":"file"}',
    JSON.stringify({ ...EMPTY, path: "a", uid: 2 ** 32 - 1 }),
    JSON.stringify({ ...EMPTY, path: "a", gid: 2 ** 53 - 1, hardlink: "b" }),
    JSON.stringify({ ...FILE, path: "a", size: 0 }),
    JSON.stringify({ ...EMPTY, path: "a", hardlink: 5 }),
    JSON.stringify({ ...LINK, link: "a\0b" }),
    JSON.stringify({ ...LINK, link: "" }),
  ]) {
    it(`is damaged when an entry is ${line}`, async () => {
      await using bench = await treeBench();
      const content = contentOf([JSON.stringify(FOLDER), line], "");
      await using target = await bench.open(bench.path("copy"));
      await assert.rejects(target.restore(content, {}, signal), { code: "BACKUP_DAMAGED" });
    });
  }
});

async function restoreCopy(bench: TreeBench, from: string, to: string): Promise<void> {
  await using live = await bench.open(from);
  await using image = await live.capture({ exclusive: false }, signal);
  await using copy = await bench.open(to);
  await copy.restore(image, {}, signal);
}

async function restore(
  bench: TreeBench,
  entries: readonly JsonObject[],
  contents: string,
): Promise<void> {
  await using target = await bench.open(bench.path("copy"));
  const lines = entries.map((entry) => JSON.stringify(entry));
  await target.restore(contentOf(lines, contents), {}, signal);
}

function contentOf(lines: readonly string[], contents: string): Content {
  const entries = lines.map((line) => `${line}\n`).join("");
  return {
    description: {},
    async *parts() {
      yield part("entries", entries);
      yield part("content/a", contents);
    },
  };
}

function part(name: string, text: string): Part {
  const bytes = Buffer.from(text);
  return {
    name,
    size: bytes.length,
    attributes: {},
    pages: null,
    async *open() {
      if (bytes.length > 0) yield bytes;
    },
  };
}
