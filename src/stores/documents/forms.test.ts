import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import { keyText } from "../../core/text.ts";
import type { Image } from "../types.ts";
import { sampleStore, type Sample } from "./samples.ts";

const signal = AbortSignal.timeout(60_000);

/** A store of some files, in one collection `things` with the key `id`. */
async function storeOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  key: string | undefined = "id",
): Promise<Sample> {
  const things = { files: ["*.json", "*.jsonl"], ...(key !== undefined && { key }) };
  const sample = await sampleStore({ collections: { things } }, null);
  await mkdir(sample.path);
  for (const [name, content] of Object.entries(files))
    await writeFile(join(sample.path, name), content);
  return sample;
}

async function keysOf(image: Image): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of image.rows("things", { after: null, upTo: null }, signal))
    keys.push(keyText(image.showKey("things", key)));
  return keys;
}

async function capturedKeys(sample: Sample): Promise<readonly string[]> {
  await using image = await sample.live.capture({ exclusive: false }, signal);
  return await keysOf(image);
}

async function portable(sample: Sample): Promise<string | undefined> {
  await using image = await sample.live.capture({ exclusive: false }, signal);
  const { receipt } = await image.seal({ portable: true }, signal);
  assert.deepEqual(receipt.portable?.unlisted, []);
  return receipt.portable?.collections["things"]?.digest;
}

describe("documents", () => {
  it("are the same whether each has a file, or an array, an object or lines have them", async () => {
    const forms: readonly Readonly<Record<string, string>>[] = [
      { "a.json": '{"id": "a", "n": 1}', "b.json": '{"n": 2.50, "id": "b"}' },
      { "all.json": ' [ {"id":"a","n":1.0} ,\n {"id":"b","n":25e-1} ]\n' },
      { "all.json": '{"one": {"id":"a","n":1}, "two": {"id":"b","n":2.5}}' },
      { "all.jsonl": '{"id":"a","n":1}\n\n{"id":"b","n":2.5}\n' },
    ];
    const digests = new Set<string | undefined>();
    for (const form of forms) {
      await using sample = await storeOf(form);
      assert.deepEqual(await capturedKeys(sample), ['id="a"', 'id="b"']);
      digests.add(await portable(sample));
    }
    assert.equal(digests.size, 1);
  });

  it("keep apart what a double cannot, as keys and as content", async () => {
    await using one = await storeOf({
      "a.jsonl": '{"id": 9007199254740993}\n{"id": 9007199254740992}',
    });
    const keys = await capturedKeys(one);
    assert.deepEqual(keys, ['id={"$int":"9007199254740992"}', 'id={"$int":"9007199254740993"}']);
    await using other = await storeOf({
      "a.jsonl": '{"id": 9007199254740994}\n{"id": 9007199254740992}',
    });
    assert.notEqual(await portable(one), await portable(other));
  });

  it("are known by their place where they have no key, or cannot be read", async () => {
    await using plain = await storeOf({ "a.json": "[{}, {}]", "b.json": "{}" }, undefined);
    assert.deepEqual(await capturedKeys(plain), [
      '_path="a.json", _index=0',
      '_path="a.json", _index=1',
      '_path="b.json"',
    ]);
    await using damaged = await storeOf({
      "a.json": '[{"id": "a"}, {"id": "b"}, {"id"',
      "c.json": '{"id": "c"}',
    });
    assert.deepEqual(await capturedKeys(damaged), ['_path="a.json"', 'id="a"', 'id="b"', 'id="c"']);
  });

  it("are counted and found line by line in a file that is read in parts", async () => {
    const filler = "x".repeat(1_000);
    const lines = Array.from({ length: 12_000 }, (_, id) => JSON.stringify({ id, filler }));
    lines[9_999] = '{"id": 9999, "filler": }';
    await using sample = await storeOf({ "all.jsonl": `${lines.join("\n")}\n` });
    await using specimen = await sample.live.hold(signal);
    const { observations, collections } = await specimen.inspect("audit", signal);
    assert.equal(collections?.["things"], 12_000);
    const [fault, ...others] = observations;
    assert.deepEqual(others, []);
    assert.equal(fault?.code, "documents.json.unexpected-byte");
    assert.equal(fault?.location.line, 10_000);
    const before = lines.slice(0, 9_999).reduce((sum, line) => sum + line.length + 1, 0);
    assert.equal(fault?.location.byte, before + '{"id": 9999, "filler": '.length);
  });
});
