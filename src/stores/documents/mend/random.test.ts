import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { mutated, tokensOf } from "../../../../test/support/json-documents.ts";
import { seededRandom } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import { list, logLine, mendBench, type MendBench } from "./bench.ts";

const ROUNDS = 2;
const HURT = 25;

// Goal: a repair never makes anything up, and nobody pays for the damage of another.
// Method: real documents are damaged by seed, with a copy at hand and without one; then every file is
// held against what it was.
describe(`documents damaged at random (SEED=${SEED})`, () => {
  for (const hasCopy of [true, false]) {
    it(`keep their bytes where nothing fell on them, ${hasCopy ? "with" : "without"} a copy`, async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await using bench = await mendBench();
        const hurt = damage(bench, SEED * 100 + round);
        const mended = await bench.mend(hasCopy ? [bench.copy] : []);
        for (const path of bench.differing())
          assert.ok(hurt.has(path) || path === "metadata.json", `round ${round}: ${path}`);
        for (const path of hurt.keys()) onlyKnownTokens(bench, path, round);
        const changed = new Set(mended.documents.map(({ path }) => path));
        for (const path of changed) assert.ok(hurt.has(path) || path === "metadata.json", path);
        const again = await bench.mend([], true);
        assert.equal(again.pending, 0, `round ${round}: ${JSON.stringify(again.documents)}`);
        assert.deepEqual(
          unreadable(
            bench,
            mended.losses.map(({ path }) => path),
          ),
          [],
          `round ${round}`,
        );
      }
    });
  }

  it("of records keep all others, byte by byte", async () => {
    for (let round = 0; round < ROUNDS * 2; round += 1) {
      await using bench = await mendBench();
      const random = seededRandom(SEED * 1000 + round);
      const [path, record] = random.pick([
        ["log.jsonl", logLine(3).trimEnd()],
        ["list.json", list(3).split("\n")[1]?.trim() ?? ""],
      ] as const);
      const place = bench.good(path).indexOf(record);
      const bytes = bench.good(path);
      bytes.set(random.bytes(5), place + 1 + random.below(record.length - 7));
      bench.write(path, bytes);
      await bench.mend([]);
      const now = bench.read(path).toString();
      for (const id of [1, 2, 4, 5]) {
        const other =
          path === "log.jsonl" ? logLine(id).trimEnd() : list(id).split("\n")[1]?.trim();
        assert.ok(now.includes(other ?? "?"), `round ${round}: ${id} of ${path} is gone: ${now}`);
      }
    }
  });
});

/** Mutates some contracts; what they were to begin with is in the copy. */
function damage(bench: MendBench, seed: number): ReadonlyMap<string, Buffer> {
  const random = seededRandom(seed);
  const names = readdirSync(join(bench.sample.path, "contracts")).toSorted();
  const hurt = new Map<string, Buffer>();
  for (let count = 0; count < HURT; count += 1) {
    const path = `contracts/${random.pick(names)}`;
    const bytes = mutated(bench.read(path), random);
    bench.write(path, bytes);
    hurt.set(path, bytes);
  }
  return hurt;
}

/** A document that was mended has tokens of the damaged one, or is the copy itself. */
function onlyKnownTokens(bench: MendBench, path: string, round: number): void {
  if (!existsSync(join(bench.sample.path, path))) return;
  const now = bench.read(path);
  if (now.equals(bench.good(path))) return;
  const known = new Set(tokensOf(bench.good(path).toString()));
  const before = join(bench.quarantine, "round-1", "before", path);
  const hurt = existsSync(before) ? readFileSync(before) : now;
  for (const token of tokensOf(now.toString())) {
    const isKnown = known.has(token) || token.includes("\ufffd") || isIn(hurt, token);
    assert.ok(isKnown, `round ${round}: ${path} has got ${token}`);
  }
}

/** In whichever of the encodings that damage can have left it. */
function isIn(bytes: Buffer, token: string): boolean {
  const spelled = token.replaceAll(/\\u00[01][0-9a-f]/g, "").replaceAll(/\\[bfnrt]/g, "");
  const plain = bytes.toString().replaceAll(/\p{Cc}/gu, "");
  const texts = [plain, bytes.toString("utf16le"), bytes.toString("latin1")];
  return texts.some((text) => text.includes(token) || text.includes(spelled));
}

/** Files that are no JSON although nobody has said so. */
function unreadable(bench: MendBench, declared: readonly string[]): readonly string[] {
  const folder = join(bench.sample.path, "contracts");
  return readdirSync(folder)
    .map((name) => `contracts/${name}`)
    .filter((path) => !declared.includes(path))
    .filter((path) => {
      try {
        JSON.parse(bench.read(path).toString());
        return false;
      } catch {
        return true;
      }
    });
}
