import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { Entry, SealedReceipt } from "../receipts/types.ts";
import type { Amendment, Capabilities, Image, InspectionKind, Quarantine, Store } from "./types.ts";

/** What a driver's own tests give to the contract: a live store with some content, and ways to change it. */
export interface StoreHarness extends AsyncDisposable {
  /** A folder of the test's own. */
  readonly folder: string;
  readonly live: Store;
  /** A store of the same driver at a path below `folder` that does not exist yet. */
  beside(name: string): Promise<Store>;
  /** Commits one change, through the engine or as an application would. */
  change(): Promise<void>;
  /** Takes the live store away. */
  remove(): Promise<void>;
}

const ALL_LOOKS: readonly InspectionKind[] = ["audit", "integrity", "scan"];
const signal = AbortSignal.timeout(120_000);

/** What every store promises. A new driver passes this before it has a test of its own. */
export function storeContract(
  name: string,
  capabilities: Capabilities,
  open: () => Promise<StoreHarness>,
): void {
  describe(`${name} keeps the store contract`, () => {
    captureContract(open);
    restoreContract(capabilities, open);
    exchangeContract(open);
    inspectContract(open);
    askContract(capabilities, open);
  });
}

function captureContract(open: () => Promise<StoreHarness>): void {
  it("captures one instant that can be read many times", async () => {
    await using given = await open();
    await using image = await given.live.capture({ exclusive: false }, signal);
    const first = await image.seal({ portable: true }, signal);
    const second = await image.seal({ portable: true }, signal);
    assert.deepEqual(first.receipt, second.receipt);
    assert.ok(Object.keys(first.receipt.collections).length > 0, "the harness gave an empty store");
  });

  it("keeps an image as it was while the store goes on", async () => {
    await using given = await open();
    await using image = await given.live.capture({ exclusive: false }, signal);
    await given.change();
    const before = await image.seal({ portable: false }, signal);
    const after = await sealed(given.live);
    assert.notEqual(after.receipt.digest, before.receipt.digest);
    await using later = await given.live.capture({ exclusive: false }, signal);
    assert.notEqual(later.fingerprint, image.fingerprint);
  });

  it("gives the rows that its receipt counts, whole and in ranges", async () => {
    await using given = await open();
    await using image = await given.live.capture({ exclusive: false }, signal);
    const { receipt, trees } = await image.seal({ portable: false }, signal);
    for (const { collection, leaves } of trees) {
      const all = await keysOf(image, collection, null, null);
      assert.equal(all.length, receipt.collections[collection]?.count, collection);
      const cut = leaves[Math.floor(leaves.length / 2)]?.lastKey ?? null;
      const halves = [
        ...(await keysOf(image, collection, null, cut)),
        ...(cut === null ? [] : await keysOf(image, collection, cut, null)),
      ];
      assert.deepEqual(halves, all, collection);
    }
  });

  it("says that a store is missing", async () => {
    await using given = await open();
    await given.remove();
    await assert.rejects(given.live.capture({ exclusive: false }, signal), {
      code: "STORE_MISSING",
    });
  });

  it("stops when it is told to", async () => {
    await using given = await open();
    await assert.rejects(given.live.capture({ exclusive: false }, AbortSignal.abort()));
  });
}

function restoreContract(capabilities: Capabilities, open: () => Promise<StoreHarness>): void {
  it("restores a store whose receipt is equal", async () => {
    await using given = await open();
    await using copy = await given.beside("copy");
    await using image = await given.live.capture({ exclusive: false }, signal);
    await copy.restore(image, {}, signal);
    const { receipt } = await image.seal({ portable: true }, signal);
    await using restored = await copy.capture({ exclusive: true }, signal);
    const proof = await restored.seal({ portable: true }, signal);
    assert.equal(proof.receipt.digest, receipt.digest);
    assert.deepEqual(proof.receipt.portable, receipt.portable);
    assert.deepEqual(await Array.fromAsync(restored.check(signal)), []);
  });

  it("refuses to restore onto something that exists", async () => {
    await using given = await open();
    await using image = await given.live.capture({ exclusive: false }, signal);
    await assert.rejects(given.live.restore(image, {}, signal), { code: "NOT_EMPTY" });
  });

  it("builds no path that a content has not, or no paths at all", async () => {
    await using given = await open();
    await using copy = await given.beside("copy");
    await using image = await given.live.capture({ exclusive: false }, signal);
    const code = capabilities.files ? "NOT_FOUND" : "USAGE";
    await assert.rejects(copy.restore(image, { only: ["no such/path"] }, signal), { code });
    await assert.rejects(copy.capture({ exclusive: true }, signal), { code: "STORE_MISSING" });
    const compared = given.live.compareFiles(
      image,
      { only: ["no such/path"], exact: false },
      signal,
    );
    await assert.rejects(compared, { code });
  });
}

function exchangeContract(open: () => Promise<StoreHarness>): void {
  it("exchanges the content, and keeps the old one in quarantine", async () => {
    await using given = await open();
    await using copy = await given.beside("copy");
    const old = await restoreInto(copy, given.live);
    await given.change();
    const changed = await sealed(given.live);
    const quarantine = await putAside(given);
    await given.live.exchange(copy.identity.address, quarantine, { unseen: true }, signal);

    assert.equal((await sealed(given.live)).receipt.digest, old.receipt.digest);
    const kept = await given.beside(join("quarantine", quarantine.files[0] ?? ""));
    assert.equal((await sealed(kept)).receipt.digest, changed.receipt.digest);
  });

  it("refuses an exchange that would overwrite what quarantine has not seen", async () => {
    await using given = await open();
    await using copy = await given.beside("copy");
    await restoreInto(copy, given.live);
    const quarantine = await putAside(given);
    await given.change();
    const changed = await sealed(given.live);
    await assert.rejects(
      given.live.exchange(copy.identity.address, quarantine, { unseen: true }, signal),
      { code: "STORE_CHANGED" },
    );
    assert.equal((await sealed(given.live)).receipt.digest, changed.receipt.digest);
  });
}

function inspectContract(open: () => Promise<StoreHarness>): void {
  it("finds nothing in a sound store, with each look", async () => {
    await using given = await open();
    assert.deepEqual(await given.live.preflight(signal), []);
    await using specimen = await given.live.hold(signal);
    for (const kind of ALL_LOOKS) {
      const { observations, complete } = await specimen.inspect(kind, signal);
      assert.deepEqual(observations, [], kind);
      assert.ok(complete, kind);
    }
  });

  it("counts what its receipt counts", async () => {
    await using given = await open();
    await using specimen = await given.live.hold(signal);
    assert.ok(specimen.image, "a sound store gives an image");
    const { collections } = await specimen.inspect("audit", signal);
    const { receipt } = await specimen.image.seal({ portable: false }, signal);
    const counts = Object.entries(receipt.collections).map(([name, { count }]) => [name, count]);
    assert.deepEqual(collections, Object.fromEntries(counts));
  });

  it("sees that a store is gone, in a quick look and when it is held", async () => {
    await using given = await open();
    await given.remove();
    const seen = await given.live.preflight(signal);
    assert.deepEqual(
      seen.map(({ severity }) => severity),
      ["critical"],
    );
    await using specimen = await given.live.hold(signal);
    assert.equal(specimen.image, null);
    assert.equal(specimen.trouble?.code, "STORE_MISSING");
    const { observations, files } = await specimen.inspect("audit", signal);
    assert.deepEqual(
      observations.map(({ severity }) => severity),
      ["critical"],
    );
    assert.equal(files[0]?.exists, false);
  });
}

const NO_LIMIT = { timeoutMs: 60_000, rowsMax: 1_000, bytesMax: 1_000_000 };

function askContract(capabilities: Capabilities, open: () => Promise<StoreHarness>): void {
  it("says that it does not understand a query, or that it answers none", async () => {
    await using given = await open();
    await using image = await given.live.capture({ exclusive: false }, signal);
    const query = { text: "what is the matter?", ...NO_LIMIT };
    const code = capabilities.queries ? "QUERY_FAILED" : "USAGE";
    await assert.rejects(image.query(query, signal), { code });
  });

  it("refuses the amendments that it does not have", async () => {
    await using given = await open();
    for (const amendment of AMENDMENTS.filter(
      ({ kind }) => !capabilities.amendments.includes(kind),
    ))
      await assert.rejects(given.live.amend(amendment, signal), { code: "USAGE" });
  });
}

const AMENDMENTS: readonly Amendment[] = [
  { kind: "reindex", indexes: [] },
  { kind: "put-back-rows", source: "", collections: [], rules: [], dryRun: true },
  { kind: "put-back-files", source: "", quarantine: "", wanted: {}, unseen: true, dryRun: true },
  {
    kind: "mend-documents",
    sources: [],
    quarantine: "",
    takeOut: false,
    hidden: [],
    forget: [],
    rules: [],
    dryRun: true,
  },
  { kind: "unmend-documents", quarantine: "" },
  { kind: "mend-events", sources: [], quarantine: "", takeOut: false, unseen: true, dryRun: true },
];

async function restoreInto(copy: Store, live: Store): Promise<SealedReceipt> {
  await using image = await live.capture({ exclusive: false }, signal);
  await copy.restore(image, {}, signal);
  return await image.seal({ portable: false }, signal);
}

function putAside(given: StoreHarness): Promise<Quarantine> {
  return given.live.quarantine(join(given.folder, "quarantine"), signal);
}

async function sealed(store: Store): Promise<SealedReceipt> {
  await using image = await store.capture({ exclusive: false }, signal);
  return await image.seal({ portable: false }, signal);
}

async function keysOf(
  image: Image,
  collection: string,
  after: Uint8Array | null,
  upTo: Uint8Array | null,
): Promise<readonly string[]> {
  const hex = ({ key }: Entry): string => Buffer.from(key).toString("hex");
  const keys: string[] = [];
  for await (const entry of image.rows(collection, { after, upTo }, signal)) keys.push(hex(entry));
  return keys;
}
