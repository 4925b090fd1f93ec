import assert from "node:assert/strict";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { JsonObject } from "../../core/json.ts";
import { sampleStore, type Sample } from "./samples.ts";

// Lists of documents that are longer than what is read at once: each of them is read in parts.

const COUNT = 10_500;
const FILLER = "x".repeat(900);
const signal = AbortSignal.timeout(60_000);

type Form = "array" | "keyed";

const idOf = (at: number): string => `D-${String(at).padStart(6, "0")}`;
const member = (form: Form, at: number): string => {
  const key = form === "array" ? `"id": "${idOf(at)}", ` : "";
  const document = `{${key}"n": ${at}, "text": "${FILLER}", "before": "${idOf(at - (at > 0 ? 1 : 0))}"}`;
  return form === "array" ? document : `"${idOf(at)}": ${document}`;
};
const listOf = (form: Form): string => {
  const members = Array.from({ length: COUNT }, (_, at) => member(form, at)).join(",\n");
  return form === "array" ? `[\n${members}\n]\n` : `{\n${members}\n}\n`;
};

for (const form of ["array", "keyed"] as const) {
  describe(`a long list of documents: ${form}`, () => {
    it("is looked at whole, however small the largest document may be", async () => {
      await using sample = await storeOf(form);
      await using specimen = await sample.live.hold(signal);
      const audit = await specimen.inspect("audit", signal);
      assert.deepEqual(audit.observations, []);
      assert.equal(audit.collections?.["list"], COUNT);
      const integrity = await specimen.inspect("integrity", signal);
      assert.deepEqual(integrity.observations, []);
      assert.equal(integrity.checked, COUNT);
      assert.deepEqual((await specimen.inspect("scan", signal)).observations, []);
      const { receipt } = (await specimen.image?.seal({ portable: false }, signal)) ?? {};
      assert.equal(receipt?.collections["list"]?.count, COUNT);
      assert.equal(receipt?.references[0]?.orphans, 0);
      const rows = await specimen.image?.query(SUM, signal);
      assert.deepEqual(rows?.rows, [{ documents: COUNT, sum: (COUNT * (COUNT - 1)) / 2 }]);
    });

    it("shows its fault where it is, and what is before it", async () => {
      const at = 7_000;
      await using sample = await storeOf(form);
      const fault = listOf(form).indexOf(`"n": ${at},`) + '"n": '.length;
      await overwrite(join(sample.path, "list.json"), fault, "?");
      await using specimen = await sample.live.hold(signal);
      const { observations, collections } = await specimen.inspect("audit", signal);
      const [first, ...more] = observations;
      assert.deepEqual(more, []);
      assert.equal(first?.code, "documents.json.unexpected-byte");
      const { line, byte, pointer } = first.location;
      const step = form === "array" ? at : idOf(at);
      assert.deepEqual(
        { line, byte, pointer },
        { line: at + 2, byte: fault, pointer: `/${step}/n` },
      );
      assert.equal(collections?.["list"], at + 1, "those before it, and the rest as one");
    });
  });
}

const SUM = {
  text: "SELECT count(*) AS documents, sum(n) AS sum FROM list",
  timeoutMs: 30_000,
  rowsMax: 1,
  bytesMax: 1_000,
};

async function storeOf(form: Form): Promise<Sample> {
  const list: JsonObject = { files: "list.json", key: "id", references: { before: "list" } };
  const sample = await sampleStore({ collections: { list }, fileBytesMax: 1_000_000 }, null);
  await mkdir(sample.path, { recursive: true });
  await writeFile(join(sample.path, "list.json"), listOf(form));
  return sample;
}

async function overwrite(path: string, at: number, text: string): Promise<void> {
  await using file = await open(path, "r+");
  await file.write(Buffer.from(text), 0, text.length, at);
}
