import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { numbered, treeFrom, upTo } from "../../test/support/entries.ts";
import { SalvorError, type ErrorCode } from "../core/errors.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { parseReceiptDocument, receiptDocument } from "./receipt-document.ts";
import { sealReceipt, type SealInput } from "./seal.ts";
import { showKey } from "./show.ts";

const input: SealInput = {
  store: "shop",
  at: "2026-01-02T03:04:05Z",
  consistency: "transaction",
  trees: [
    treeFrom(
      upTo(1500).map((id) => numbered(id)),
      "orders",
    ),
    treeFrom([], "__proto__"),
    treeFrom([numbered(-5)], "a.b"),
  ],
  references: [
    { from: "orders.customer", to: "a.b", orphans: 3 },
    { from: "a.b.x", to: "orders.id", orphans: null },
  ],
  schemaElements: [
    { kind: "table", name: "orders", definition: { columns: [{ name: "id", type: "INTEGER" }] } },
    { kind: "index", name: "by_id", definition: { columns: ["id"], unique: true } },
  ],
  portable: { trees: [treeFrom([numbered(1)], "orders")], unlisted: ["orders.x: binary JSON"] },
  recorded: { pageSize: 4096 },
  level: "none",
};

const sealed = sealReceipt(input);
const shape = { key: ["id"], columns: ["id"], encoding: "utf-8" } as const;
const document = receiptDocument(sealed, (_, key) => showKey(shape, key));

/** A copy with one place changed. */
function changed(path: readonly (string | number)[], value: Json | undefined): string {
  const copy = structuredClone(document) as Record<string, unknown>;
  let at: Record<string | number, unknown> = copy;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  at[path.at(-1) ?? ""] = value;
  return JSON.stringify(copy);
}

function refused(text: string, code: ErrorCode, message: RegExp): void {
  assert.throws(
    () => parseReceiptDocument(text),
    (error) => {
      assert.ok(error instanceof SalvorError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    },
  );
}

/** Every place in a document that holds no object or list. */
function* places(value: Json, path: (string | number)[] = []): Generator<(string | number)[]> {
  if (typeof value !== "object" || value === null) return yield path;
  const entries: [string | number, Json][] = Array.isArray(value)
    ? [...(value as Json[]).entries()]
    : Object.entries(value as JsonObject);
  for (const [name, member] of entries) yield* places(member, [...path, name]);
}

describe("a sealed receipt", () => {
  it("is none of two collections with one name, of which it would forget one", () => {
    const trees = [treeFrom([numbered(1)], "orders"), treeFrom([numbered(2)], "orders")];
    assert.throws(() => sealReceipt({ ...input, trees }), { code: "RECEIPT_INVALID" });
  });

  it("has the same digest in whatever order its parts were read", () => {
    const again = sealReceipt({
      ...input,
      trees: input.trees.toReversed(),
      references: input.references.toReversed(),
      schemaElements: input.schemaElements.toReversed(),
    });
    assert.deepEqual(again, sealed);
  });

  it("has its digest from what is compared, and from nothing that is only recorded", () => {
    const digest = (changes: Partial<SealInput>) =>
      sealReceipt({ ...input, ...changes }).receipt.digest;
    const { receipt } = sealed;
    assert.equal(digest({ recorded: {} }), receipt.digest);
    assert.equal(
      digest({ level: "working", store: "copy", at: "2027-01-01T00:00:00Z" }),
      receipt.digest,
    );
    assert.equal(digest({ portable: null, consistency: "stable" }), receipt.digest);

    const others = input.trees.slice(1);
    const renamed = input.trees.slice(0, 1).map((tree) => ({ ...tree, collection: "Orders" }));
    assert.notEqual(digest({ trees: others }), receipt.digest);
    assert.notEqual(digest({ trees: [...others, ...renamed] }), receipt.digest);
    assert.notEqual(digest({ references: [] }), receipt.digest);
    assert.notEqual(digest({ schemaElements: [] }), receipt.digest);
  });
});

describe("a receipt's document", () => {
  it("comes back whole, with the keys as it shows them", () => {
    const back = parseReceiptDocument(JSON.stringify(document));
    assert.deepEqual(back.sealed.receipt, sealed.receipt);
    assert.deepEqual(
      Object.keys(back.sealed.receipt.collections),
      Object.keys(sealed.receipt.collections),
    );
    assert.deepEqual(
      receiptDocument(back.sealed, back.showKey),
      JSON.parse(JSON.stringify(document)),
    );
    assert.deepEqual(back.showKey("a.b", numbered(-5).key), { id: -5 });
    assert.deepEqual(back.showKey("a.b", Uint8Array.of(1)), { $bytes: "AQ==" });
  });

  it("is refused when anything that is compared was changed", () => {
    const covered = /^(digest|collections|references|schema|portable|tree)\b/;
    const uncovered = /shown$|^portable\.unlisted/;
    const all = [...places(document as Json)].filter((path) => {
      const name = path.join(".");
      return covered.test(name) && !uncovered.test(name) && !name.includes(".shown.");
    });
    assert.ok(all.length > 30, `only ${all.length} places`);
    for (const path of all)
      for (const value of ["other", 7, null]) {
        const text = changed(path, value);
        if (text !== JSON.stringify(document)) refused(text, "RECEIPT_INVALID", /./);
      }
  });

  it("names the key that is malformed", () => {
    refused(
      changed(["collections", "orders", "count"], -1),
      "RECEIPT_INVALID",
      /at collections\.orders\.count/,
    );
    refused(
      changed(["collections", "__proto__", "digest"], "x"),
      "RECEIPT_INVALID",
      /collections\.__proto__\.digest/,
    );
    refused(
      changed(["tree", "orders", 0, "lastKey"], "@"),
      "RECEIPT_INVALID",
      /at tree\.orders\.0\.lastKey/,
    );
    refused(changed(["at"], "yesterday"), "RECEIPT_INVALID", /at at/);
    refused(changed(["references"], undefined), "RECEIPT_INVALID", /at references/);
    refused("[]", "RECEIPT_INVALID", /its root/);
    refused("{", "RECEIPT_INVALID", /not JSON/);
  });

  it("names what contradicts the rest", () => {
    refused(
      changed(["collections", "orders", "count"], 1501),
      "RECEIPT_INVALID",
      /collections\.orders/,
    );
    refused(changed(["schema", "elements", 0, "definition"], {}), "RECEIPT_INVALID", /index by_id/);
    refused(changed(["references", 0, "orphans"], 0), "RECEIPT_INVALID", /at digest/);
    refused(changed(["tree", "extra"], []), "RECEIPT_INVALID", /collections\.extra/);
  });

  it("is refused when it is newer than its reader, whatever else it holds", () => {
    refused('{"minReader": 2}', "FORMAT_TOO_NEW", /version 2/);
  });

  it("never fails in another way than an error of its own", () => {
    const deep = `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`;
    refused(changed(["recorded"], "@").replace('"@"', deep), "RECEIPT_INVALID", /nested/);
    fc.assert(
      fc.property(fc.constantFrom(...places(document as Json)), fc.jsonValue(), (path, value) => {
        try {
          parseReceiptDocument(changed(path, value as Json));
        } catch (error) {
          assert.ok(error instanceof SalvorError, String(error));
        }
      }),
      { numRuns: 200 },
    );
  });
});
