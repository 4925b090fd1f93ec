import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import { seededRandom } from "../../../test/support/random.ts";
import { SEED } from "../../../test/support/seed.ts";
import { memoryFolder } from "../../../test/support/folder.ts";
import { bytesOf, entriesOf, placeAt, placeHigh, placeLow, WORDS } from "./entries.ts";
import { IdHash } from "./id-hash.ts";
import { AppliedMemory, APPLIED_SCHEMA } from "./memory.ts";
import { Recent, RECENT_MAX } from "./recent.ts";
import { Runs } from "./runs.ts";

const KEY = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);

function openDatabase(path = ":memory:"): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(APPLIED_SCHEMA);
  return database;
}

/** Remembers one event where it is new, and says whether it was. */
function isNew(
  memory: AppliedMemory,
  source: string | null,
  id: string,
  [segment, offset]: readonly [number, number] = [0, 0],
): boolean {
  const batch = { events: [{ source, id }], segment, offsets: Float64Array.of(offset) };
  return memory.addNew(batch, new Uint8Array(1)).length === 0;
}

describe("the memory of applied events", () => {
  it("knows each of many, where it lies, and no other, also when it is opened again", async () => {
    await using folder = await memoryFolder();
    const path = folder.join("memory.sqlite");
    using database = openDatabase(path);
    const count = RECENT_MAX * 2 + 1000;
    const memory = new AppliedMemory(database, KEY, count / 4); // fewer than there are
    for (let at = 0; at < count; at += 1) {
      assert.ok(isNew(memory, "source", `event-${at}`, [at % 7, at * 1000]));
      if (at % 20_000 === 0) memory.save();
    }
    memory.save();
    const again = new AppliedMemory(database, KEY, 0);
    for (const each of [memory, again]) {
      for (let at = 0; at < count; at += 1997) {
        assert.equal(isNew(each, "source", `event-${at}`), false);
        const found = each.find("source", `event-${at}`);
        assert.deepEqual(found, [{ segment: at % 7, offset: at * 1000 }]);
        assert.deepEqual(each.find("other", `event-${at}`), []);
        assert.deepEqual(each.find("source", `event-${at + count}`), []);
      }
    }
    // Many questions: it reads all hashes, and answers the same.
    for (let at = 0; at < 25_000; at += 1) {
      assert.equal(isNew(again, "source", `event-${at}`), false);
    }
    assert.ok(isNew(again, null, "event-1", [1, 1]));
  });

  it("takes a batch at once, tells the doubtful of it in order, and leaves out what is not meant", () => {
    using database = openDatabase();
    const memory = new AppliedMemory(database, KEY, 10);
    const events = ["a", "b", "a", "c", "b"].map((id) => ({ source: null, id }));
    const batch = { events, segment: 3, offsets: Float64Array.of(0, 10, 20, 30, 40) };
    assert.deepEqual(memory.addNew(batch, Uint8Array.of(0, 0, 0, 1, 0)), [2, 4]);
    assert.deepEqual(memory.find(null, "b"), [{ segment: 3, offset: 10 }]);
    assert.deepEqual(memory.find(null, "c"), []);
    assert.deepEqual(memory.addNew(batch, new Uint8Array(5)), [0, 1, 2, 4]);
  });

  it("knows an event again whatever sources came between, also one without a source", () => {
    using database = openDatabase();
    const memory = new AppliedMemory(database, KEY, 10);
    const sources = [null, "a", null, "", "a", "b", "", null];
    const known = sources.map((source, at) => isNew(memory, source, "one", [0, at]));
    assert.deepEqual(known, [true, true, false, true, false, true, false, false]);
  });

  it("keeps few runs however much it holds, and loses nothing when it merges them", () => {
    using database = openDatabase();
    const runs = new Runs(database);
    const random = seededRandom(SEED);
    const all = new Map<string, number>();
    let next = 0;
    for (let run = 0; run < 40; run += 1) {
      const recent = new Recent();
      for (let at = 0; at < 500; at += 1) {
        const [hi, lo] = [random.below(2 ** 32), random.below(2 ** 32)];
        all.set(`${hi} ${lo}`, next);
        recent.add(hi, lo, placeHigh(3, next), placeLow(next));
        next += 1;
      }
      runs.add(recent.sorted());
    }
    const levels = database.prepare("SELECT count(*) AS runs FROM salvor_runs").get();
    assert.equal(levels?.["runs"], 5); // forty of the first level are five of the second
    assert.equal(runs.count, 20_000);
    for (const [hash, offset] of all) {
      const [hi = 0, lo = 0] = hash.split(" ").map(Number);
      assert.deepEqual(runs.find(hi, lo), [{ segment: 3, offset }], `SEED=${SEED}`);
    }
    assert.deepEqual(new Runs(database).find(1, 2), []);
  });

  it("finds all entries of one hash, however many there are and wherever pages end", () => {
    using database = openDatabase();
    const runs = new Runs(database);
    const hashes = [...Array(1000).keys()].flatMap((at) =>
      at < 300 ? [5] : at < 900 ? [6, 6] : [at],
    );
    const entries = new Uint32Array(hashes.length * WORDS);
    hashes.forEach((hi, at) => entries.set([hi, 9, 0, at], at * WORDS));
    runs.add(entries);
    assert.equal(runs.find(5, 9).length, 300);
    assert.equal(runs.find(6, 9).length, 1200);
    assert.deepEqual(runs.find(999, 9).length, 1);
    assert.deepEqual(runs.find(5, 8), []);
    const pages = [...runs.pages()];
    assert.ok(pages.length > 1);
    assert.equal(
      pages.reduce((sum, page) => sum + page.length, 0),
      entries.length,
    );
  });
});

describe("the newest entries", () => {
  it("are found by their hash and sorted by it, those with equal beginnings too", () => {
    const recent = new Recent();
    const random = seededRandom(SEED);
    const added = Array.from({ length: 3000 }, (_, at) => ({
      hi: random.pick([0, 1, 0xffff_ffff, random.below(2 ** 32)]),
      lo: random.pick([0, 7, 0xffff_ffff, random.below(2 ** 32)]),
      at,
    }));
    for (const { hi, lo, at } of added) recent.add(hi, lo, 0, at);
    for (const { hi, lo } of added) {
      const same = added.filter((each) => each.hi === hi && each.lo === lo);
      assert.equal(recent.slotFor(hi, lo), -1);
      const found = recent.find(hi, lo).map(({ offset }) => offset);
      assert.deepEqual(
        found,
        same.map(({ at }) => at),
        `SEED=${SEED}`,
      );
    }
    assert.ok(recent.slotFor(2, 3) >= 0);
    const sorted = recent.sorted();
    const expected = added.toSorted((one, two) => one.hi - two.hi || one.lo - two.lo);
    const hashes = added.map((_, at) => [sorted[at * WORDS], sorted[at * WORDS + 1]]);
    assert.deepEqual(
      hashes,
      expected.map(({ hi, lo }) => [hi, lo]),
    );
    const places = new Set(added.map((_, at) => sorted[at * WORDS + 3]));
    assert.equal(places.size, added.length);
  });
});

describe("an entry", () => {
  it("holds places beyond four gigabytes, also from bytes that lie askew", () => {
    const entries = new Uint32Array(2 * WORDS);
    const place = { segment: 2 ** 24 - 1, offset: 2 ** 40 - 1 };
    entries.set([1, 2, placeHigh(place.segment, place.offset), placeLow(place.offset)], WORDS);
    assert.deepEqual(placeAt(entries, WORDS), place);
    const askew = new Uint8Array(entries.byteLength + 1);
    askew.set(bytesOf(entries), 1);
    assert.deepEqual(entriesOf(askew.subarray(1)), entries);
  });
});

describe("the hash of an identity", () => {
  it("tells source and id apart, and ids that differ in one letter", () => {
    const hash = new IdHash(KEY);
    const seen = new Map<string, string>();
    const take = (source: string | null, id: string): void => {
      hash.take(source, id);
      const text = `${hash.hi} ${hash.lo}`;
      assert.equal(seen.get(text), undefined, `${source} ${id} meets ${seen.get(text)}`);
      seen.set(text, `${source} ${id}`);
      assert.ok(Number.isInteger(hash.hi) && hash.hi >= 0 && hash.hi < 2 ** 32);
    };
    take(null, "abc");
    take("", "abc ");
    take("a", "bc");
    take("ab", "c");
    take("abc", "");
    for (let at = 0; at < 100_000; at += 1) take("s", `commit-${at}`);
    for (let at = 0; at < 256; at += 1) take(String.fromCharCode(at), "");
  });
});
