import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import * as z from "zod";

import { numbered, treeFrom, upTo } from "../../test/support/entries.ts";
import type { Digest } from "../core/hash.ts";
import type { JsonObject } from "../core/json.ts";
import { boundaryHash } from "./boundary.ts";
import { readKey, readRecord, writeKey, writeRecord } from "./canonical.ts";
import { parseLogicalType } from "./logical-types.ts";
import { toPortable } from "./logical-values.ts";
import { elementDigest, portableDigest, receiptDigest, schemaDigest } from "./seal.ts";
import { encodeTree, treeOf } from "./tree-codec.ts";
import { collectionDigest } from "./tree.ts";
import type { Entry, Value } from "./types.ts";

// Goal: what docs/format/receipt.md publishes is what the code does.
// Method: every block of vectors in the document is read and computed again.

const page = readFileSync(new URL("../../docs/format/receipt.md", import.meta.url), "utf8");

const value = z
  .union([
    z.null(),
    z.object({ integer: z.string() }),
    z.object({ real: z.number() }),
    z.object({ text: z.string() }),
    z.object({ blob: z.string() }),
  ])
  .transform((given): Value => {
    if (given === null) return { type: "null" };
    if ("integer" in given) return { type: "integer", value: BigInt(given.integer) };
    if ("real" in given) return { type: "real", value: given.real };
    if ("text" in given) return { type: "text", bytes: bytes(Buffer.from(given.text)) };
    return { type: "blob", bytes: bytes(Buffer.from(given.blob, "hex")) };
  });

const digest = z.custom<Digest>((text) => typeof text === "string");
const seals = z.record(z.string(), z.object({ count: z.int(), digest }));

function vectors<T extends z.ZodType>(name: string, schema: T): z.output<T>[] {
  const block = page.split(`\`\`\`json vectors:${name}\n`)[1]?.split("\n```")[0];
  const found = z.array(schema).parse(JSON.parse(block ?? "null"));
  assert.ok(found.length > 0, `the document has no vectors for ${name}`);
  return found;
}

function bytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}

function hex(raw: Uint8Array): string {
  return Buffer.from(raw).toString("hex");
}

/** The rows of the document's trees. */
function rowsOf(count: number): Entry[] {
  return upTo(count).map((id) => ({
    key: numbered(id).key,
    row: writeRecord([{ type: "null" }, { type: "text", bytes: Buffer.from(`row ${id}`) }]),
  }));
}

describe("docs/format/receipt.md", () => {
  it("publishes canonical rows", () => {
    for (const vector of vectors("rows", z.object({ values: z.array(value), hex: z.string() }))) {
      assert.equal(hex(writeRecord(vector.values)), vector.hex);
      assert.deepEqual(
        hex(writeRecord(readRecord(bytes(Buffer.from(vector.hex, "hex"))))),
        vector.hex,
      );
    }
  });

  it("publishes canonical keys, in their order", () => {
    const keys = vectors("keys", z.object({ values: z.array(value), hex: z.string() }));
    for (const vector of keys) {
      assert.equal(hex(writeKey(vector.values)), vector.hex);
      assert.equal(hex(writeKey(readKey(bytes(Buffer.from(vector.hex, "hex"))))), vector.hex);
    }
    const written = keys.map((vector) => vector.hex);
    assert.deepEqual(written.toSorted(), written);
  });

  it("publishes the hash that ends leaves", () => {
    for (const vector of vectors("hashes", z.object({ key: z.string(), hash: z.string() }))) {
      const hash = boundaryHash(Buffer.from(vector.key, "hex"));
      assert.equal(hash.toString(16).padStart(8, "0"), vector.hash);
    }
  });

  it("publishes trees with one, many and no leaves", () => {
    const first = z.object({ count: z.int(), digest: z.string(), lastKey: z.string() }).nullable();
    const schema = z.object({ rows: z.int(), leaves: z.int(), first, digest });
    for (const vector of vectors("trees", schema)) {
      const tree = treeFrom(rowsOf(vector.rows));
      const [leaf] = tree.leaves;
      assert.equal(tree.leaves.length, vector.leaves);
      assert.deepEqual(
        leaf === undefined
          ? null
          : {
              count: leaf.count,
              digest: `sha256:${hex(leaf.digest)}`,
              lastKey: hex(leaf.lastKey),
            },
        vector.first,
      );
      assert.equal(collectionDigest(tree), vector.digest);
    }
  });

  it("publishes nodes of every level", () => {
    for (const vector of vectors("levels", z.object({ ids: z.array(z.string()), digest }))) {
      const leaves = vector.ids.map((id, index) => ({
        count: 256,
        digest: new Uint8Array(32).fill(index + 1),
        lastKey: writeKey([{ type: "integer", value: BigInt(id) }]),
      }));
      assert.equal(collectionDigest(treeOf("t", leaves)), vector.digest);
    }
  });

  it("publishes a collection without a key", () => {
    const schema = z.object({ rows: z.array(z.string()), leaves: z.int(), digest });
    for (const vector of vectors("multiset", schema)) {
      const entries = vector.rows.map((row) => ({
        key: writeRecord([{ type: "text", bytes: Buffer.from(row) }]),
        row: new Uint8Array(0),
      }));
      assert.equal(collectionDigest(treeFrom(entries)), vector.digest);
    }
  });

  it("publishes packed leaves", () => {
    const schema = z.object({ rows: z.int(), groups: z.array(z.string()) });
    for (const vector of vectors("packed", schema))
      assert.deepEqual(encodeTree(treeFrom(rowsOf(vector.rows))).map(hex), vector.groups);
  });

  it("publishes the digests of a receipt and its parts", () => {
    const schema = z.object({
      collections: seals,
      references: z.array(z.object({ from: z.string(), to: z.string(), orphans: z.int() })),
      elements: z.array(
        z.object({
          kind: z.string(),
          name: z.string(),
          digest,
          definition: z.custom<JsonObject>(() => true),
        }),
      ),
      schema: digest,
      digest,
      portable: digest,
    });
    for (const vector of vectors("receipt", schema)) {
      for (const element of vector.elements)
        assert.equal(elementDigest(element.definition), element.digest);
      assert.equal(schemaDigest(vector.elements), vector.schema);
      assert.equal(receiptDigest({ ...vector, schema: { digest: vector.schema } }), vector.digest);
      assert.equal(portableDigest(vector.collections), vector.portable);
    }
  });

  it("publishes common forms", () => {
    const schema = z.object({
      value,
      type: z.string(),
      common: z.union([z.literal("unlisted"), value]),
    });
    for (const vector of vectors("portable", schema)) {
      const common = toPortable(vector.value, parseLogicalType(vector.type), "utf-8");
      if (vector.common === "unlisted") assert.equal(typeof common, "string");
      else assert.notEqual(typeof common, "string");
      if (typeof common !== "string" && vector.common !== "unlisted")
        assert.equal(hex(writeRecord([common])), hex(writeRecord([vector.common])));
    }
  });
});
