import { checkJson } from "../../src/stores/documents/json/check.ts";
import { canonicalLossless, parseLossless } from "../../src/stores/documents/json/lossless.ts";
import { repairDocument } from "../../src/stores/documents/repair/document.ts";
import { detectPatterns } from "../../src/stores/documents/repair/patterns.ts";
import { repairRecordsOf } from "../../src/stores/documents/repair/records.ts";
import {
  isJsonToTheEngine,
  mutated,
  randomDocument,
  randomRecords,
} from "../support/json-documents.ts";
import { seededRandom, type Random } from "../support/random.ts";
import { MEMORY_BYTES } from "./limits.ts";

const DOCUMENTS = 100_000;
const FILES = 2_000;

/** No small document takes longer, on any machine that is not out of breath. */
const LONGEST_MS = 5_000;

/** Damages documents and files of records, and judges what is made of each; how many were tried. */
export function soakDocuments(seed: number, onFailure: (error: unknown) => void): number {
  const rssMax = process.memoryUsage.rss() + MEMORY_BYTES;
  const counts: Record<string, number> = {};
  const count = (name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const attempt = (round: number, judge: (random: Random) => string): void => {
    const startedAt = performance.now();
    try {
      count(judge(seededRandom(seed * 1_000_003 + round)));
    } catch (error) {
      onFailure(`documents, --seed ${seed}, round ${round}: ${String(error)}`);
    }
    const tookMs = performance.now() - startedAt;
    if (tookMs > LONGEST_MS) onFailure(`documents, round ${round}: ${Math.round(tookMs)} ms`);
    if (round % 1000 === 0 && process.memoryUsage.rss() > rssMax) {
      onFailure(`documents, round ${round}: ${process.memoryUsage.rss()} bytes of memory`);
    }
  };
  for (let round = 0; round < DOCUMENTS; round += 1) attempt(round, judgeDocument);
  for (let round = 0; round < FILES; round += 1) attempt(DOCUMENTS + round, judgeRecords);
  process.stdout.write(`documents: ${JSON.stringify(counts)}\n`);
  return DOCUMENTS + FILES;
}

/** The verdict, and whether what came out is what went in. */
function judgeDocument(random: Random): string {
  const original = Buffer.from(randomDocument(random));
  let bytes: Buffer = original;
  for (let damages = 1 + random.below(3); damages > 0; damages -= 1) bytes = mutated(bytes, random);
  const check = checkJson(bytes);
  const shown = JSON.stringify(String(bytes));
  if (check.valid !== isJsonToTheEngine(bytes)) throw new Error(`wrong verdict on ${shown}`);
  detectPatterns(bytes, check);
  const { verdict, bytes: result, edits } = repairDocument(bytes);
  if (check.valid && verdict !== "exact" && edits.some(({ kind }) => kind !== "double-decoding")) {
    throw new Error(`a sound document was changed: ${shown}`);
  }
  if (result === null) return verdict;
  if (!isJsonToTheEngine(result)) throw new Error(`${shown} was repaired to ${String(result)}`);
  return `${verdict}, ${valueOf(result) === valueOf(original) ? "same" : "other"} content`;
}

function judgeRecords(random: Random): string {
  const records = randomRecords(random, 30);
  let file = Buffer.from(`[${records.join(",")}]`);
  for (let damages = 1 + random.below(3); damages > 0; damages -= 1)
    file = Buffer.from(mutated(file, random));
  for (const { bytes, at, end } of repairRecordsOf(file, "array")) {
    if (bytes !== null && !isJsonToTheEngine(bytes)) throw new Error(`${at}-${end} is no JSON`);
    if (at > end || end > file.length) throw new Error(`${at}-${end} lies outside of the file`);
  }
  return "files of records";
}

function valueOf(bytes: Uint8Array): string {
  const value = parseLossless(bytes);
  return value === undefined ? "" : canonicalLossless(value);
}
