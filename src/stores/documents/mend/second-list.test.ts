import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { Mended } from "../../mended.ts";
import { sampleStore } from "../samples.ts";
import { list, logLine } from "./bench.ts";

// Found by `npm run soak -- --only "stores of documents"`.

const KEYED = '{\n  "a": {"text": 1},\n  "b": {"text": 2}\n}\n';
const OTHER = '{"title": "all", "total": 5}\n';
const META = '{"people": 2}\n';

const GOOD: Readonly<Record<string, string>> = {
  "list.json": list(1, 2),
  "more.json": list(1, 2),
  "keyed.json": KEYED,
  "people.json": list(1, 2),
  "log.jsonl": [1, 2, 3].map(logLine).join(""),
  "meta.json": META,
};

const COLLECTIONS = {
  list: { files: "list.json", key: "id" },
  more: { files: "more.json", key: "id" },
  people: { files: "people.json", key: "id" },
  log: { files: "log.jsonl", key: "id" },
  notes: { files: "note*.json", key: "name", form: "document" },
  keyed: { files: "keyed.json", form: "keyed" },
  meta: { files: "meta.json", derive: { people: "count(people)" } },
};

interface Small extends AsyncDisposable {
  at(path: string): string;
  read(path: string): string;
  mend(order: { copy: boolean; dryRun?: boolean }): Promise<Mended>;
}

/** A store of a few files, some of them otherwise than in its copy. */
async function damaged(files: Readonly<Record<string, string>>): Promise<Small> {
  const sample = await sampleStore({ collections: COLLECTIONS }, null);
  const at = (path: string): string => join(sample.path, path);
  mkdirSync(sample.path);
  for (const [path, text] of Object.entries(GOOD)) writeFileSync(at(path), text);
  const address = join(sample.folder, "copy");
  cpSync(sample.path, address, { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(at(path), text);
  const quarantine = join(sample.folder, "quarantine");
  const order = { kind: "mend-documents", quarantine, rules: [], forget: [], hidden: [] } as const;
  return {
    at,
    read: (path) => readFileSync(at(path), "utf8"),
    mend: async ({ copy, dryRun = false }) => {
      const sources = copy ? [{ address, name: "the copy", back: [] }] : [];
      const asked = { ...order, sources, dryRun, takeOut: false };
      const { mended } = await sample.live.amend(asked, AbortSignal.timeout(60_000));
      assert.ok(mended);
      return mended;
    },
    [Symbol.asyncDispose]: () => sample[Symbol.asyncDispose](),
  };
}

describe("a list that is mended", () => {
  it("has no record twice because the whole list stood there twice", async () => {
    const paths = ["list.json", "keyed.json"];
    await using store = await damaged({
      "list.json": list(1, 2).repeat(2),
      "keyed.json": KEYED.repeat(2),
    });
    const { losses, documents } = await store.mend({ copy: false });
    assert.deepEqual(losses, []);
    assert.deepEqual(paths.map(store.read), [list(1, 2), KEYED]);
    assert.deepEqual(documents.map(({ path, verdict }) => `${path} ${verdict}`).toSorted(), [
      "keyed.json repaired",
      "list.json repaired",
    ]);
  });

  it("has no record twice because an older, longer version still ends behind it", async () => {
    await using store = await damaged({
      "list.json": `${list(1, 2)}${list(2).slice(2)}`,
      "keyed.json": `${KEYED}${KEYED.slice(-20)}`,
      "people.json": `${list(1, 2)}${list(2).slice(2).replace("1.50", "1.60")}`,
    });
    const { losses } = await store.mend({ copy: false });
    assert.deepEqual(
      losses.map(({ path }) => path),
      ["people.json"],
    );
    for (const path of ["list.json", "keyed.json", "people.json", "meta.json"])
      assert.equal(store.read(path), GOOD[path], path);
  });

  it("takes nothing over from a document of others behind its end, and names it", async () => {
    const paths = ["list.json", "keyed.json"];
    await using store = await damaged({
      "list.json": list(1, 2) + OTHER,
      "keyed.json": KEYED + OTHER,
    });
    const { losses } = await store.mend({ copy: true });
    assert.deepEqual(paths.map(store.read), [list(1, 2), KEYED]);
    assert.deepEqual(losses.map(({ path }) => path).toSorted(), ["keyed.json", "list.json"]);
    for (const { loss } of losses) assert.match(loss, /total.*another document stood behind/);
  });

  it("keeps records of its own behind its end", async () => {
    await using store = await damaged({
      "list.json": list(1, 2) + list(3),
      "more.json": `${list(1)}{"id": 2}\n`,
      "keyed.json": '{"a": {"text": 1}}\n{"b": {"text": 2}}\n',
    });
    assert.deepEqual((await store.mend({ copy: false })).losses, []);
    const ids = (path: string): readonly number[] =>
      (JSON.parse(store.read(path)) as { id: number }[]).map(({ id }) => id);
    assert.deepEqual(
      [ids("list.json"), ids("more.json")],
      [
        [1, 2, 3],
        [1, 2],
      ],
    );
    assert.deepEqual(JSON.parse(store.read("keyed.json")), JSON.parse(KEYED));
  });

  it("keeps our side of a merge that nobody has finished, and all around it", async () => {
    const ours = '  {"id": 1, "text": "item 1", "n": 1.50},\n';
    const theirs = ours.replace("1.50", "1.60");
    const marked = (one: string, other: string): string =>
      `<<<<<<< ours\n${one}=======\n${other}>>>>>>> theirs\n`;
    await using store = await damaged({
      "list.json": list(1, 2).replace(ours, marked(ours, theirs)),
      "people.json": list(1, 2).replace("[\n", marked("[\n", "[\n")),
    });
    const { losses } = await store.mend({ copy: false });
    assert.deepEqual(
      [store.read("list.json"), store.read("people.json")],
      [list(1, 2), list(1, 2)],
    );
    assert.deepEqual(
      losses.map(({ path }) => path),
      ["list.json"],
    );
    assert.match(losses[0]?.loss ?? "", /1\.60/);
  });

  it("has a member once that was mended where a copy has it too", async () => {
    const conflict = "\n<<<<<<< ours\n}\n=======\n}\n>>>>>>> theirs\n";
    await using store = await damaged({ "keyed.json": KEYED.replace(/\n\}\n$/, conflict) });
    await store.mend({ copy: true });
    assert.equal(store.read("keyed.json").match(/"b":/g)?.length, 1);
  });
});

describe("documents that are mended", () => {
  it("are lost also where another file has become what they are", async () => {
    const log = GOOD["log.jsonl"] ?? "";
    await using store = await damaged({
      "note.json": log,
      "log.jsonl": log.replace(logLine(2), '{"##\n'),
    });
    const planned = await store.mend({ copy: true, dryRun: true });
    assert.deepEqual(
      planned.losses.map(({ path }) => path),
      ["note.json"],
    );
    const { losses } = await store.mend({ copy: true });
    assert.equal(store.read("log.jsonl"), log);
    assert.deepEqual(losses, planned.losses);
  });

  it("are not counted as gone while something else stands in the place of their file", async () => {
    await using store = await damaged({ "list.json": list(1, 2).slice(0, -2) });
    rmSync(store.at("people.json"));
    symlinkSync("list.json", store.at("people.json"));
    await store.mend({ copy: true });
    assert.equal(store.read("list.json"), list(1, 2));
    assert.equal(store.read("meta.json"), META);
  });
});
