import { mkdirSync, rmSync, statSync, truncateSync, writeFileSync, appendFileSync } from "node:fs";
import { join } from "node:path";

import type { Random } from "../support/random.ts";
import { commit } from "./shop.ts";
import { EVERYWHERE, type Damage, type Victim } from "./types.ts";

/** Damage to the database file as a whole. */
export const fileDamages: readonly Damage[] = [
  damage("a file cut between pages", ({ path, pageSize }, random) => {
    truncateSync(path, pageSize * (1 + random.below(statSync(path).size / pageSize - 1)));
  }),
  damage("a file cut within a page", ({ path, pageSize }, random) => {
    const page = random.below(statSync(path).size / pageSize);
    truncateSync(path, page * pageSize + 1 + random.below(pageSize - 1));
  }),
  damage("an empty file", ({ path }) => truncateSync(path, 0)),
  damage("a text file in its place", ({ path }) => {
    writeFileSync(path, "This is not a database.\n".repeat(400));
  }),
  damage("another database in its place", ({ path }) => {
    rmSync(path);
    commit(path, "CREATE TABLE other (id INTEGER PRIMARY KEY); INSERT INTO other VALUES (1)");
  }),
  damage("a folder in its place", ({ path }) => {
    rmSync(path);
    mkdirSync(path);
    writeFileSync(join(path, "a file"), "that somebody may want\n");
  }),
  damage("an empty folder in its place", ({ path }) => {
    rmSync(path);
    mkdirSync(path);
  }),
  damage("no file", ({ path }) => rmSync(path)),
  damage("bytes behind the end", ({ path, pageSize }, random) => {
    appendFileSync(path, random.bytes(1 + random.below(3 * pageSize)));
  }),
];

function damage(name: string, apply: (victim: Victim, random: Random) => void): Damage {
  return { name, situations: EVERYWHERE, expected: "found", apply };
}
