import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";

import { PROJECT } from "../support/salvor.ts";

/** A database that somebody else has made, broken or strange. */
export interface Sample {
  readonly name: string;
  bytes(): Buffer;
}

const DATA = join(PROJECT, "test", "data");

/** Databases that the tests of SQLite itself have broken. */
export const brokenSamples: readonly Sample[] = namesIn("sqlite-corrupt", ".db").map((name) => ({
  name,
  bytes: () => readFileSync(join(DATA, "sqlite-corrupt", name)),
}));

/** Databases with everything that the format allows, made for tools that search them for traces. */
export const forensicSamples: readonly Sample[] = namesIn("sqlite-forensic", ".zst").map(
  (name) => ({
    name: name.replace(".zst", ""),
    bytes: () => zstdDecompressSync(readFileSync(join(DATA, "sqlite-forensic", name))),
  }),
);

function namesIn(folder: string, ending: string): readonly string[] {
  const names = readdirSync(join(DATA, folder)).filter((name) => name.endsWith(ending));
  if (names.length < 50) throw new Error(`the corpus ${folder} was not found`);
  return names.toSorted();
}
