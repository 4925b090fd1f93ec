import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";

import { seededRandom, type Random } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import { buildZoo } from "../../../../test/zoo/zoo.ts";
import { sha256Hex } from "../../../core/hash.ts";
import { WorkerPool } from "../../../core/pool.ts";
import { walkPages } from "./scan.ts";
import type { Walked } from "./structure-job.ts";

// Goal: no bytes make the walker crash, hang or change what it reads, and what the engine finds
// broken in the structure the walker finds broken too.
// Method: databases that SQLite's own tests broke, and databases of the zoo, broken at random.

const ROUNDS = 300;
const folder = mkdtempSync(join(tmpdir(), "salvor-scan-hostile-"));
const corpus = new URL("../../../../test/data/sqlite-corrupt/", import.meta.url).pathname;
const { signal } = new AbortController();
let pool: WorkerPool;

before(async () => {
  pool = new WorkerPool(2);
  await buildZoo(folder);
});
after(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function walkUnchanged(path: string): Promise<Walked> {
  const before = sha256Hex(readFileSync(path));
  const walked = await walkPages(path, pool, signal);
  assert.equal(sha256Hex(readFileSync(path)), before);
  assert.ok(walked.observations.length <= 2100);
  for (const { evidence } of walked.observations) assert.ok(Buffer.byteLength(evidence) <= 256);
  const counted = Object.values(walked.pages).reduce((sum, count) => sum + count, 0);
  assert.equal(counted, walked.pageCount);
  return walked;
}

/** What the engine says of the structure; of contents of indexes and of SQL our walker knows less. */
function engineComplaints(path: string): readonly string[] {
  const said: string[] = [];
  try {
    using database = new DatabaseSync(`file:${path}?immutable=1`, { readOnly: true });
    for (const row of database.prepare("PRAGMA integrity_check").iterate())
      said.push(String(row["integrity_check"]));
  } catch {
    // It gives up where it cannot go on; what it said before counts.
  }
  return said.filter((text) => STRUCTURE.test(text));
}

const STRUCTURE = /^(\*\*\* in database|Tree |Page |Freelist|wrong # of entries)/;

describe("any bytes", () => {
  it("of the databases that SQLite's own tests broke are walked to their end", async () => {
    const names = readdirSync(corpus).filter((name) => name.endsWith(".db"));
    assert.ok(names.length > 20, "the corpus was not found, so nothing was proven");
    for (const name of names) {
      const path = join(folder, "copy.db");
      writeFileSync(path, readFileSync(join(corpus, name)));
      const { observations } = await walkUnchanged(path);
      if (engineComplaints(path).length > 0) assert.notEqual(observations.length, 0, name);
    }
  });

  it(`broken at random are found wherever the engine finds them, seed ${SEED}`, async () => {
    const random = seededRandom(SEED);
    const names = readdirSync(folder).filter((name) => name.endsWith(".sqlite"));
    const path = join(folder, "broken.db");
    let found = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const name = random.pick(names.filter((each) => each !== "empty.sqlite"));
      const { bytes, what } = broken(readFileSync(join(folder, name)), random);
      writeFileSync(path, bytes);
      const { observations } = await walkUnchanged(path);
      const complaints = engineComplaints(path);
      if (complaints.length === 0) continue;
      found++;
      assert.notEqual(observations.length, 0, `${name}, ${what}: ${complaints[0]}`);
    }
    assert.ok(found > ROUNDS / 20, "the engine found so little that nothing was proven");
  });

  it("of no database at all are walked, whatever their length", async () => {
    const random = seededRandom(SEED);
    for (const size of [1, 99, 100, 511, 512, 4096, 70_000, 300_001]) {
      const path = join(folder, "noise.db");
      writeFileSync(path, random.bytes(size));
      await walkUnchanged(path);
    }
  });

  it("of a file of text are walked", async () => {
    const path = join(folder, "text.db");
    writeFileSync(path, "all work and no play makes a dull database\n".repeat(5000));
    assert.notEqual((await walkUnchanged(path)).observations.length, 0);
  });
});

function broken(bytes: Buffer, random: Random): { readonly bytes: Buffer; readonly what: string } {
  const size = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16);
  const pages = bytes.length / size;
  const page = random.below(pages);
  const at = page * size;
  const other = random.below(pages) * size;
  const kept = Buffer.from(bytes);
  const ways: Readonly<Record<string, () => unknown>> = {
    "bytes changed": () => random.bytes(4).copy(bytes, at + random.below(size - 4)),
    zeroed: () => bytes.fill(0, at, at + size),
    noise: () => random.bytes(size).copy(bytes, at),
    "noise in a sector": () => random.bytes(512).copy(bytes, at + 512 * random.below(size / 512)),
    "header changed": () => random.bytes(2).copy(bytes, at + random.below(12)),
    replaced: () => kept.copy(bytes, at, other, other + size),
    "cut off": () => (bytes = bytes.subarray(0, at)),
  };
  const what = random.pick(Object.keys(ways));
  ways[what]?.();
  return { bytes, what: `page ${page + 1} ${what}` };
}
