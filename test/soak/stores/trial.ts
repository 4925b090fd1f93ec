import assert from "node:assert/strict";
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import type { Observation } from "../../../src/core/finding.ts";
import { documentsDriver } from "../../../src/stores/documents/driver.ts";
import type { Mended, MendSource } from "../../../src/stores/mended.ts";
import type { DriverContext, Store } from "../../../src/stores/types.ts";
import { isJsonToTheEngine } from "../../support/json-documents.ts";
import type { Random } from "../../support/random.ts";
import { collectionsOf, growStore, SCHEMA, type Files } from "./grow.ts";
import { hurtStore } from "./hurt.ts";
import { brokenFiles, judgeMended, type Given } from "./judge.ts";

const signalOf = (): AbortSignal => AbortSignal.timeout(100_000);

/** One store that is tried, and where it lies. */
interface Bench {
  readonly site: string;
  readonly store: Store;
  readonly random: Random;
}

/** Grows a store, damages it, looks, mends, looks again and takes it back; what was counted. */
export async function tryStore(
  context: DriverContext,
  site: string,
  random: Random,
): Promise<readonly string[]> {
  const root = `${site}/live`;
  const files = growStore(random);
  for (const [path, bytes] of files) write(root, path, bytes);
  write(site, "schema.json", JSON.stringify(SCHEMA));
  write(site, "elsewhere.json", '{"id": "I-99", "name": "outside", "at": "2026"}');
  const collections = collectionsOf(`${site}/schema.json`);
  await using store = await documentsDriver.open("stores", { path: root, collections }, context);
  const bench: Bench = { site, store, random };
  if (random.below(4) === 0) assert.deepEqual((await look(bench)).map(wordOf), []);

  const sources = sourcesOf(bench, files);
  hurtStore(root, files, random);
  const hurt = filesIn(root);
  const seen = await look(bench);
  judgeLooks(hurt, seen);
  assert.deepEqual(filesIn(root), hurt, "a look has changed something");

  const takeOut = random.below(4) > 0;
  const planned = await mend(bench, sources, { takeOut, dryRun: true });
  assert.deepEqual(filesIn(root), hurt, "a dry run has changed something");
  const mended = await mend(bench, sources, { takeOut, dryRun: false });
  assert.deepEqual(mended.losses, planned.losses, "other losses than were planned");
  const now = filesIn(root);
  const given: Given = { files, hurt, now, mended, copies: copiesOf(sources), takeOut };
  const counted = judgeMended(given);
  judgeLooksAfter(given, seen, await look(bench));
  const again = await mend(bench, [], { takeOut, dryRun: true });
  assert.equal(again.pending, 0, `more to mend: ${JSON.stringify(again)}`);
  const quarantine = `${site}/quarantine`;
  const { touched } = await store.amend({ kind: "unmend-documents", quarantine }, signalOf());
  assert.deepEqual(touched, []);
  assert.deepEqual(filesIn(root), hurt, "it is not again what it was");
  return counted;
}

function write(root: string, path: string, bytes: string | Buffer): void {
  mkdirSync(dirname(`${root}/${path}`), { recursive: true });
  writeFileSync(`${root}/${path}`, bytes);
}

/** No copy, a good one, or an older one. */
function sourcesOf({ site, random }: Bench, files: Files): readonly MendSource[] {
  if (random.below(3) === 0) return [];
  const copy = `${site}/copy`;
  cpSync(`${site}/live`, copy, { recursive: true });
  if (random.below(3) === 0) {
    for (const [path, bytes] of files) {
      const older = bytes.toString().replace("ok", "older");
      if (random.below(2) === 0) writeFileSync(`${copy}/${path}`, older);
    }
  }
  return [{ address: copy, name: "the copy", back: [] }];
}

function copiesOf(sources: readonly MendSource[]): Files {
  return new Map(sources.flatMap(({ address }) => [...filesIn(address)]));
}

/** Every regular file below a folder; what else is there is its kind. */
function filesIn(folder: string): Files {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  return new Map(
    names.map((name) => {
      const stat = lstatSync(`${folder}/${name}`);
      if (stat.isFile()) return [name, readFileSync(`${folder}/${name}`)];
      return [`${name} (${stat.isDirectory() ? "a folder" : "a link"})`, Buffer.alloc(0)];
    }),
  );
}

async function look({ store }: Bench): Promise<readonly Observation[]> {
  await using specimen = await store.hold(signalOf());
  const found: Observation[] = [];
  for (const kind of ["audit", "integrity", "scan"] as const) {
    found.push(...(await specimen.inspect(kind, signalOf())).observations);
  }
  const grave = found.filter(({ severity }) => ["critical", "high", "medium"].includes(severity));
  // Long numbers are there on purpose: no reader of ours rounds them.
  return grave.filter(({ code }) => code !== "documents.json.number-precision");
}

async function mend(
  { store, site }: Bench,
  sources: readonly MendSource[],
  how: { readonly takeOut: boolean; readonly dryRun: boolean },
): Promise<Mended> {
  const quarantine = `${site}/quarantine`;
  const order = { kind: "mend-documents", quarantine, rules: [], forget: [], hidden: [] } as const;
  const { mended } = await store.amend({ ...order, sources, ...how }, signalOf());
  assert.ok(mended);
  return mended;
}

/** Such a file was to be mended or taken away; of others, only a person knows what is right. */
function isTorn(bytes: Buffer | undefined): boolean {
  return bytes === undefined || !isJsonToTheEngine(bytes);
}

function wordOf({ code, location, description }: Observation): string {
  return `${code} ${location.file ?? ""}: ${description}`;
}

/** What everybody can see must be told, by the name of the file. */
function judgeLooks(hurt: Files, seen: readonly Observation[]): void {
  const named = new Set(seen.map(({ location }) => location.file));
  for (const [path, why] of brokenFiles(hurt)) {
    assert.ok(named.has(path), `no look has named ${path}: ${why}; ${seen.map(wordOf).join("\n")}`);
  }
}

const SEEN_ONLY_NOW: ReadonlySet<string> = new Set([
  "documents.key.duplicate",
  "documents.reference.missing",
]);

/** What was mended is in order; what could not be was told. */
function judgeLooksAfter(
  { hurt, now, mended }: Given,
  before: readonly Observation[],
  after: readonly Observation[],
): void {
  const told = new Set(mended.losses.map(({ path }) => path));
  for (const { location } of after)
    if (!isTorn(now.get(location.file ?? ""))) told.add(location.file ?? "");
  for (const [path, why] of brokenFiles(now)) {
    assert.ok(told.has(path), `${path} is left as it is, and nobody has said so: ${why}`);
  }
  const known = new Set(before.map(({ code, location }) => `${code} ${location.file}`));
  const broken = brokenFiles(hurt);
  for (const each of after) {
    const isOld = known.has(`${each.code} ${each.location.file}`);
    // What could not be read may break a rule, and says now what another document says.
    const wasBroken = broken.has(each.location.file ?? "");
    const isSeen = wasBroken || (broken.size > 0 && SEEN_ONLY_NOW.has(each.code));
    const isLoss = mended.lossesTotal > 0;
    assert.ok(isOld || isSeen || isLoss, `mending has brought ${wordOf(each)}`);
  }
}
