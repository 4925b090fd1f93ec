import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

import type { Random } from "../support/random.ts";
import { checkpoint } from "./shop.ts";
import { ROLLBACK, WAL, type Damage, type Victim } from "./types.ts";

const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/** Damage to what lies beside the database: its -wal and its -journal. */
export const logDamages: readonly Damage[] = [
  {
    // As after a power cut: the last transaction, newer than the snapshot, was not committed.
    ...inWal("a -wal with a torn end", tearEnd),
    situations: ["wal moved on"],
    expected: "sound",
  },
  {
    ...inWal("a -wal that has lost what the snapshot has", tearEnd),
    situations: ["wal"],
  },
  inWal("a flipped bit in a frame of the -wal", (wal, random, { pageSize }) => {
    const frame = FRAME_HEADER + pageSize;
    const frames = Math.floor((wal.length - WAL_HEADER) / frame);
    const at = WAL_HEADER + frame * random.below(Math.floor(frames / 2)) + random.below(frame);
    wal[at] = (wal[at] ?? 0) ^ (1 << random.below(8));
    return wal;
  }),
  inWal("a damaged header of the -wal", (wal, random) => {
    const at = random.below(WAL_HEADER);
    wal[at] = (wal[at] ?? 0) ^ (1 + random.below(255));
    return wal;
  }),
  inWal("a zeroed -wal", (wal) => wal.fill(0)),
  inWal("a text file as -wal", () => Buffer.from("no frames here\n".repeat(600))),
  {
    // As when a database is restored beside the -wal of the one before.
    name: "a stale -wal",
    situations: WAL,
    expected: "found",
    apply: ({ path, olderWal }) => {
      checkpoint(path);
      writeFileSync(`${path}-wal`, olderWal ?? Buffer.alloc(0));
    },
  },
  // An older state, and whole: only that rows are fewer gives it away.
  { ...inWal("a -wal that is gone", () => null), expected: "notice" },
  { ...inJournal("a hot journal", (journal) => journal), expected: "sound" },
  {
    // The engine sums up one byte in two hundred of what a journal keeps.
    ...inJournal("a hot journal with a flipped bit", (journal, random) => {
      const at = 512 + random.below(journal.length - 512);
      journal[at] = (journal[at] ?? 0) ^ (1 << random.below(8));
      return journal;
    }),
    blinds: true,
  },
  inJournal("a hot journal that was cut", (journal, random) =>
    journal.subarray(0, 512 + random.below(journal.length - 512)),
  ),
  inJournal("a hot journal with a damaged header", (journal, random) => {
    const at = random.below(28);
    journal[at] = (journal[at] ?? 0) ^ (1 + random.below(255));
    return journal;
  }),
  {
    name: "a stale journal",
    situations: ROLLBACK,
    expected: "found",
    apply: ({ path, older }, random) => {
      const { journal } = interrupted(path, older, random);
      writeFileSync(`${path}-journal`, journal);
    },
  },
  {
    name: "a text file as journal",
    situations: ROLLBACK,
    expected: "found",
    apply: ({ path }) => writeFileSync(`${path}-journal`, "no journal\n".repeat(100)),
  },
];

type WalChange = (wal: Buffer, random: Random, victim: Victim) => Buffer | null;

function inWal(name: string, change: WalChange): Damage {
  return {
    name,
    situations: WAL,
    expected: "found",
    apply: (victim, random) => {
      const path = `${victim.path}-wal`;
      const changed = change(readFileSync(path), random, victim);
      if (changed === null) rmSync(path);
      else writeFileSync(path, changed);
    },
  };
}

/** A program died within a transaction, and then something happened to its journal. */
function inJournal(name: string, change: (journal: Buffer, random: Random) => Buffer): Damage {
  return {
    name,
    situations: ROLLBACK,
    expected: "found",
    apply: ({ path }, random) => {
      const { database, journal } = interrupted(path, readFileSync(path), random);
      writeFileSync(path, database);
      writeFileSync(`${path}-journal`, change(journal, random));
    },
  };
}

interface Interrupted {
  readonly database: Buffer;
  readonly journal: Buffer;
}

/** What a transaction leaves that has written to the database, and is killed. */
function interrupted(near: string, bytes: Buffer, random: Random): Interrupted {
  const path = `${near}.interrupted`;
  writeFileSync(path, bytes);
  const connection = new DatabaseSync(path);
  connection.exec(`PRAGMA foreign_keys = OFF; PRAGMA cache_size = 5; PRAGMA cache_spill = 5;
    BEGIN;
    UPDATE sale SET amount = amount + 1;
    UPDATE note SET text = text || '${"!".repeat(1 + random.below(30))}';
    DELETE FROM product WHERE id % 3 = 0;`);
  copyFileSync(path, `${path}.copy`);
  const left = { database: readFileSync(`${path}.copy`), journal: readFileSync(`${path}-journal`) };
  connection.close();
  for (const ending of ["", "-journal", ".copy"]) rmSync(path + ending, { force: true });
  if (left.journal.length < 1024) throw new Error("the transaction has not spilled");
  return left;
}

function tearEnd(wal: Buffer): Buffer {
  return wal.subarray(0, wal.length - 700);
}
