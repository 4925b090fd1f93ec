import assert from "node:assert/strict";
import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { describe, it } from "node:test";

import { seededRandom, type Random } from "../../../test/support/random.ts";
import { SEED } from "../../../test/support/seed.ts";
import { treeBench, type TreeBench } from "../../../test/support/tree-bench.ts";
import { buildTreeZoo, ODD_NAME } from "../../../test/support/tree-zoo.ts";
import { sha256Hex } from "../../core/hash.ts";
import { canonicalJson, type JsonObject } from "../../core/json.ts";
import { CoarseClock } from "./clock.ts";
import { entryLine, parseEntry, type TreeEntry } from "./entry.ts";
import { exclusionOf, type Exclusion } from "./exclude.ts";
import { Fingerprint } from "./fingerprint.ts";
import type { Found } from "./found.ts";
import { Lanes } from "./lanes.ts";
import { placeOf, type RawPath } from "./raw-path.ts";
import { entriesOf, type ReadEntry } from "./read-entries.ts";
import { makeSpool } from "./spool.ts";
import { TreeReader, type Round } from "./tree-reader.ts";
import { walkTree } from "./walk.ts";

// Goal: what many threads read, batch by batch, is what one walk sees that reads file by file.
// Method: trees of several batches, read in rounds between which much changes at random places.

const FILES = 6_000;
const PASSED_OVER = exclusionOf(["*.tmp", "/cache/"]);

describe("a tree of several batches", () => {
  it("is read as one walk sees it: contents, links, names, and its fingerprint", async () => {
    await using stand = await openStand();
    buildTreeZoo(stand.root);
    addFiles(stand.root);
    settle();
    assert.equal((await stand.round()).changedTotal, stand.seen().length);
    assert.deepEqual((await stand.round()).changed, []);
    stand.compare();
  });

  it(`names what came, went and changed, wherever it lies (SEED=${SEED})`, async () => {
    await using stand = await openStand();
    addFiles(stand.root);
    settle();
    await stand.round();
    const random = seededRandom(SEED);
    for (let time = 0; time < 3; time += 1) {
      const expected = change(stand.root, random);
      const { changed, changedTotal } = await stand.round();
      assert.deepEqual(
        changed.toSorted().filter((path) => lstatKind(stand.root, path) !== "folder"),
        expected.toSorted(),
      );
      assert.ok(changedTotal <= 20, "the list of what changed was cut");
      settle();
      await stand.round(); // what changed lately is read again
      settle();
      assert.deepEqual((await stand.round()).changed, []);
      stand.compare();
    }
  });

  it("copies every small file into the spool, each at a place of its own", async () => {
    await using stand = await openStand();
    addFiles(stand.root);
    await stand.round();
    const spool = openSync(stand.spool, "r");
    let bytes = 0;
    for (const { entry, content } of stand.entries()) {
      if (content === null || entry.hardlink !== null) continue;
      assert.ok(content.offset !== null);
      const copy = Buffer.alloc(content.size);
      readSync(spool, copy, 0, copy.length, content.offset);
      assert.equal(sha256Hex(copy), content.sha256);
      bytes += content.size;
    }
    closeSync(spool);
    assert.equal(lstatSync(stand.spool).size, bytes);
  });
});

it("spells the line of an entry as canonical JSON", async () => {
  await using stand = await openStand();
  buildTreeZoo(stand.root);
  writeFileSync(`${stand.root}/"quotes" and \\ and é`, "");
  await stand.round();
  const lines = stand.entries().map(({ entry }) => entryLine(entry));
  assert.ok(lines.length > 15);
  for (const line of lines) {
    assert.equal(line, canonicalJson(JSON.parse(line) as JsonObject));
    const entry = parseEntry(line);
    assert.ok(entry !== null);
    assert.equal(entryLine(entry), line);
  }
});

class Stand implements AsyncDisposable {
  readonly root: string;
  readonly spool: string;
  readonly reader: TreeReader;
  readonly #bench: TreeBench;
  readonly #clock: CoarseClock;
  readonly #lanes = new Lanes();
  readonly #excludes: Exclusion = PASSED_OVER;

  constructor(bench: TreeBench) {
    this.#bench = bench;
    this.root = bench.path("live");
    this.spool = bench.path("spool");
    mkdirSync(this.root);
    this.#clock = new CoarseClock(bench.path("clock"));
    this.reader = new TreeReader(this.root, this.#excludes, makeSpool(this.spool), this.#lanes);
  }

  round(): Promise<Round> {
    return this.reader.round(this.#clock.now());
  }

  entries(): readonly ReadEntry[] {
    const firstNames = new Map<string, RawPath>();
    return this.reader.batches.flatMap((batch) => [...entriesOf(batch, firstNames)]);
  }

  /** What a walk finds. */
  seen(): readonly Found[] {
    const found: Found[] = [];
    const trouble = ({ path, code }: { path: RawPath; code: string }): void =>
      assert.fail(`${path} cannot be read: ${code}`);
    walkTree(this.root, this.#excludes, { entry: (each) => found.push(each), trouble });
    return found;
  }

  /** Holds what was read to what lies there. */
  compare(): void {
    const found = this.seen();
    const fingerprint = new Fingerprint();
    for (const each of found) fingerprint.add(each);
    assert.equal(this.reader.fingerprint(), fingerprint.digest());
    const firsts = new Map<string, RawPath>();
    const expected = found.map((each) => expectedEntry(this.root, each, firsts));
    const entries = this.entries().map(({ entry }) => entry);
    assert.deepEqual(entries.map(entryLine), expected.map(entryLine));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lanes[Symbol.asyncDispose]();
    this.#clock[Symbol.dispose]();
    await this.#bench[Symbol.asyncDispose]();
  }
}

async function openStand(): Promise<Stand> {
  return new Stand(await treeBench());
}

function expectedEntry(root: string, found: Found, firsts: Map<string, RawPath>): TreeEntry {
  const { path, kind, mode, uid, gid, mtimeNs, inode, links, isSparse } = found;
  assert.ok(kind !== "other");
  const place = placeOf(root, path);
  const bytes = kind === "file" ? readFileSync(place) : null;
  const first = kind === "file" && links > 1 ? (firsts.get(inode) ?? null) : null;
  if (kind === "file" && !firsts.has(inode)) firsts.set(inode, path);
  return {
    path,
    kind,
    mode,
    uid,
    gid,
    mtimeNs,
    size: bytes?.length ?? null,
    sha256: bytes === null ? null : sha256Hex(bytes),
    sparse: kind === "file" && isSparse,
    link: kind === "link" ? readlinkSync(place, { encoding: "latin1" }) : null,
    hardlink: first,
  };
}

function addFiles(root: string): void {
  for (const folder of ["many", "many/deep", "other", "cache"])
    mkdirSync(`${root}/${folder}`, { recursive: true });
  for (let at = 0; at < FILES; at += 1)
    writeFileSync(nameAt(root, at), `${at} ${"x".repeat(at % 100)}`);
  writeFileSync(`${root}/cache/left alone`, "");
  writeFileSync(`${root}/many/left-alone.tmp`, "");
  writeFileSync(Buffer.concat([Buffer.from(`${root}/many/`), ODD_NAME]), "Latin-1");
  linkSync(nameAt(root, 0), `${root}/other/also 0`);
  linkSync(nameAt(root, FILES - 1), `${root}/a name before`);
  symlinkSync("nowhere", `${root}/other/link`);
}

function nameAt(root: string, at: number): string {
  return `${root}/${["many", "many/deep", "other"][at % 3]}/file-${at}`;
}

/** Changes some entries in every way; answers their paths. */
function change(root: string, random: Random): string[] {
  const places = new Set<number>();
  while (places.size < 6) {
    const at = 1 + random.below(FILES - 2); // the first and the last have other names
    if (lstatKind(root, nameAt("", at).slice(1)) === "file") places.add(at);
  }
  const [bytes, gone, moved, mode, folder, link] = [...places].map((at) => nameAt(root, at));
  assert.ok(bytes && gone && moved && mode && folder && link);
  const { atime, mtime, size } = lstatSync(bytes);
  writeFileSync(bytes, Buffer.alloc(size, "y"));
  utimesSync(bytes, atime, mtime);
  rmSync(gone);
  renameSync(moved, `${moved} moved`);
  chmodSync(mode, 0o600);
  rmSync(folder);
  mkdirSync(folder);
  rmSync(link);
  symlinkSync(`target ${random.below(1000)}`, link);
  const first = `${root}/a ${random.below(1_000_000)}`;
  writeFileSync(first, "moves everything by one place");
  return [bytes, gone, moved, `${moved} moved`, mode, link, first].map((path) =>
    path.slice(root.length + 1),
  );
}

function lstatKind(root: string, path: RawPath): "folder" | "file" | "gone" {
  const found = lstatSync(placeOf(root, path), { throwIfNoEntry: false });
  if (found === undefined) return "gone";
  return found.isDirectory() ? "folder" : "file";
}

/** Longer than two ticks of the kernel's coarse clock. */
function settle(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
}
