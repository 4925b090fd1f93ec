import { readFileSync, writeFileSync } from "node:fs";

import type { Random } from "../support/random.ts";
import { indexPages } from "./index-pages.ts";
import { EVERYWHERE, ROLLBACK, type Damage, type Victim } from "./types.ts";

const SECTOR = 512;
const HEADER = 100;

/** Damage within the database file: its length and its place stay. */
export const bytesDamages: readonly Damage[] = [
  damage("one flipped bit", (bytes, random) => {
    flip(bytes, random.below(bytes.length), 1 << random.below(8));
  }),
  damage("random bytes in a page", (bytes, random, { pageSize }) => {
    const page = random.below(bytes.length / pageSize);
    for (let count = 1 + random.below(40); count > 0; count -= 1) {
      bytes[page * pageSize + random.below(pageSize)] = random.below(256);
    }
  }),
  damage("random bytes all over", (bytes, random) => {
    for (let count = 0; count < 200; count += 1) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
  }),
  damage("a page of random bytes", (bytes, random, { pageSize }) => {
    random.bytes(pageSize).copy(bytes, anyPage(bytes, random, pageSize));
  }),
  damage("a zeroed page", (bytes, random, { pageSize }) => {
    const at = anyPage(bytes, random, pageSize);
    bytes.fill(0, at, at + pageSize);
  }),
  damage("a tenth of the pages zeroed", (bytes, random, { pageSize }) => {
    for (let left = bytes.length / pageSize / 10; left > 0; left -= 1) {
      const at = anyPage(bytes, random, pageSize);
      bytes.fill(0, at, at + pageSize);
    }
  }),
  damage("a zeroed page of an index", (bytes, random, { path, pageSize }) => {
    const at = pageSize * (random.pick(indexPages(path)) - 1);
    bytes.fill(0, at, at + pageSize);
  }),
  damage("the first page zeroed", (bytes, _random, { pageSize }) => bytes.fill(0, 0, pageSize)),
  damage("the first page random", (bytes, random, { pageSize }) => {
    random.bytes(pageSize).copy(bytes);
  }),
  damage("a sector that reads as zeros", (bytes, random) => {
    const at = SECTOR * random.below(bytes.length / SECTOR);
    bytes.fill(0, at, at + SECTOR);
  }),
  damage("two pages swapped", (bytes, random, { pageSize }) => {
    const a = anyPage(bytes, random, pageSize);
    const b = anyPage(bytes, random, pageSize);
    const kept = Buffer.from(bytes.subarray(a, a + pageSize));
    bytes.copy(bytes, a, b, b + pageSize);
    kept.copy(bytes, b);
  }),
  damage("a page written over another", (bytes, random, { pageSize }) => {
    const from = anyPage(bytes, random, pageSize);
    bytes.copy(bytes, anyPage(bytes, random, pageSize), from, from + pageSize);
  }),
  damage("damaged header bytes", (bytes, random) => {
    flip(bytes, random.below(HEADER), 1 + random.below(255));
  }),
  {
    ...damage("a letter changed in a text", changeLetter),
    situations: ["at rest", "wal"],
  },
  {
    // A disk that says that it has written, and has not.
    ...damage("a page that was not written", revertPage),
    situations: ["at rest"],
  },
];

/** One byte of the header after the other. */
export const headerDamages: readonly Damage[] = Array.from({ length: HEADER }, (_, at) => ({
  ...damage(`header byte ${at}`, (bytes, random) => flip(bytes, at, 1 + random.below(255))),
  situations: ROLLBACK,
}));

type Change = (bytes: Buffer, random: Random, victim: Victim) => void;

function damage(name: string, change: Change): Damage {
  return {
    name,
    situations: EVERYWHERE,
    expected: "found",
    apply: (victim, random) => {
      const bytes = readFileSync(victim.path);
      change(bytes, random, victim);
      writeFileSync(victim.path, bytes);
    },
  };
}

function flip(bytes: Buffer, at: number, mask: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ mask;
}

/** Where a page begins that is not the first. */
function anyPage(bytes: Buffer, random: Random, pageSize: number): number {
  return pageSize * (1 + random.below(bytes.length / pageSize - 1));
}

function changeLetter(bytes: Buffer, random: Random): void {
  const place = random.pick([...placesOf(bytes, "so much ")]) + random.below(7);
  bytes[place] = "abcdefg".charCodeAt(random.below(7)) ^ 0x20;
}

function* placesOf(bytes: Buffer, text: string): Generator<number> {
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) yield at;
}

function revertPage(bytes: Buffer, random: Random, { older, pageSize }: Victim): void {
  const changed: number[] = [];
  for (let at = pageSize; at < older.length; at += pageSize) {
    const isChanged = older.compare(bytes, at, at + pageSize, at, at + pageSize) !== 0;
    if (isChanged) changed.push(at);
  }
  const at = random.pick(changed);
  older.copy(bytes, at, at, at + pageSize);
}
