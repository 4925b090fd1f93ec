import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { digestOf, sha256, sha256Hex } from "../../src/core/hash.ts";
import type { Receipt, SealedReceipt } from "../../src/receipts/types.ts";
import type { Content, Part } from "../../src/stores/types.ts";
import { seededRandom } from "../support/random.ts";

const PAGE_SIZE = 512;
/** More than two runs of 64, so that a prune finds packs of which only a part is in use. */
const PAGE_COUNT = 140;
const REWRITTEN = 128;

/** A store's content small enough to back up a thousand times, with all kinds of parts. */
export interface TinyContent {
  readonly content: Content;
  readonly sealed: SealedReceipt;
  /** Equal for equal bytes of all parts. */
  readonly digest: string;
}

/** The content of one version; a few pages change from one to the next. Files go into `folder`. */
export async function tinyContent(folder: string, version: number): Promise<TinyContent> {
  const path = join(folder, `pages-${version}`);
  await writeFile(path, pages(version));
  const parts = [pagedPart(path, version), streamPart(version)];
  const content: Content = {
    description: { version },
    async *parts() {
      yield* parts;
    },
  };
  return { content, sealed: receiptOf(version), digest: await contentDigest(content) };
}

/** One digest over names and bytes of all parts. */
export async function contentDigest(content: Content): Promise<string> {
  const { signal } = new AbortController();
  const seen: string[] = [];
  for await (const part of content.parts(signal)) {
    const portions: Uint8Array[] = [];
    for await (const bytes of part.open(signal)) portions.push(Uint8Array.from(bytes));
    seen.push(`${part.name} ${sha256Hex(Buffer.concat(portions))}`);
  }
  return sha256Hex(Buffer.from(seen.sort(byText).join("\n")));
}

function pages(version: number): Buffer {
  const bytes = seededRandom(7).bytes(PAGE_SIZE * PAGE_COUNT);
  const random = seededRandom(version);
  for (let change = 0; change < version * 3; change += 1) {
    const page = random.below(PAGE_COUNT);
    bytes.set(random.bytes(PAGE_SIZE), page * PAGE_SIZE);
  }
  // From the third version on nearly all is new.
  if (version > 2) bytes.set(random.bytes(REWRITTEN * PAGE_SIZE));
  return bytes;
}

function pagedPart(path: string, version: number): Part {
  return {
    name: "database",
    size: PAGE_SIZE * PAGE_COUNT,
    attributes: {},
    pages: { path, pageSize: PAGE_SIZE, pageCount: PAGE_COUNT },
    async *open() {
      yield pages(version);
    },
  };
}

function streamPart(version: number): Part {
  const bytes = Buffer.from(`version ${version}\n`.repeat(100));
  return {
    name: "notes",
    size: bytes.length,
    attributes: { mode: 0o600 },
    pages: null,
    async *open() {
      yield bytes;
    },
  };
}

function receiptOf(version: number): SealedReceipt {
  const digest = digestOf(sha256(Buffer.from(`version ${version}`)));
  const receipt: Receipt = {
    formatVersion: 1,
    minReader: 1,
    store: "tiny",
    at: "2026-01-01T00:00:00.000Z",
    digest,
    consistency: "transaction",
    collections: { rows: { count: version, digest } },
    references: [],
    schema: { digest, elements: [] },
    portable: null,
    recorded: {},
    level: "none",
  };
  const leaf = {
    count: version,
    digest: sha256(Buffer.from(`${version}`)),
    lastKey: Buffer.from("k"),
  };
  return { receipt, trees: [{ collection: "rows", count: version, leaves: [leaf] }] };
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}
