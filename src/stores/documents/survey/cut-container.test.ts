import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, it } from "node:test";

import { temporaryFolder } from "../../../../test/support/folder.ts";
import { mutated, randomRecords } from "../../../../test/support/json-documents.ts";
import { seededRandom } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import type { CollectionOptions } from "../options.ts";
import { cutContainer } from "./cut-container.ts";
import { readJsonFile, type ReadFile } from "./read-file.ts";
import { readPart, wrapPart } from "./read-part.ts";
import type { ContainerPart, SurveyFile } from "./types.ts";

// Goal: a long list that is read in parts shows what it shows when it is read whole.
// Method: random lists, sound and damaged in every way, cut into parts of a few dozen bytes.

const ROUNDS = 250;
const signal = AbortSignal.timeout(60_000);

describe(`a long list of documents that is read in parts (SEED=${SEED})`, () => {
  for (const form of ["array", "keyed"] as const) {
    it(`has the documents and the first fault of the whole ${form}`, async () => {
      await using folder = await temporaryFolder();
      let [damaged, cut] = [0, 0];
      for (let round = 0; round < ROUNDS; round += 1) {
        const random = seededRandom(SEED * 1_000 + round);
        const records = randomRecords(random, 30);
        const between = random.pick([",", ",\n", " ,\r\n  ", "\n,"]);
        const members = records.map((record, at) => `"kéy ${at}" : ${record}`);
        let bytes = Buffer.from(
          form === "array" ? ` [\n${records.join(between)}]\n` : `{${members.join(between)}\n}`,
        );
        if (round % 3 > 0) bytes = Buffer.from(mutated(bytes, random));
        if (round % 10 === 0) bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
        const whole = shown(readJsonFile(bytes, { form } as CollectionOptions), 0, bytes);
        if (whole.hasRepeated) continue; // keys of one part are compared with each other only
        const path = `${folder.path}/${form}-${round}`;
        writeFileSync(path, bytes);
        const parts = await partsOf(path, bytes, form, 1 + random.below(80));
        const found = together(parts, bytes);
        if (found.fault?.pointer === "" && whole.fault !== null) whole.fault.pointer = "";
        assert.deepEqual(found, whole, `round ${round}: ${JSON.stringify(String(bytes))}`);
        if (whole.fault !== null) damaged += 1;
        if (parts.length > 2) cut += 1;
      }
      assert.ok(damaged > ROUNDS / 4 && cut > ROUNDS / 2, `${damaged} damaged, ${cut} cut`);
    });
  }
});

async function partsOf(
  path: string,
  bytes: Buffer,
  form: ContainerPart["form"],
  partBytes: number,
): Promise<readonly SurveyFile[]> {
  const file = { name: "list", number: 0, collection: 0, path, start: 0, size: bytes.length };
  return Array.fromAsync(cutContainer(file, { form, partBytes }, signal));
}

interface Shown {
  readonly documents: readonly unknown[];
  readonly fault: {
    readonly code: string;
    readonly at: number;
    readonly line: number;
    readonly column: number;
    /** Empty where a fault lies between two members of which one is in another part. */
    pointer: string;
  } | null;
  readonly unreadableFrom: number | null;
  readonly hasRepeated: boolean;
}

function together(parts: readonly SurveyFile[], whole: Buffer): Shown {
  const documents: unknown[] = [];
  for (const { part, start, size, before } of parts) {
    assert.ok(part !== null);
    assert.equal(before.bytes, start);
    const wrapped = wrapPart(whole.subarray(start, start + size), part);
    const shift = start - wrapped.before;
    const read = readPart(wrapped.bytes, part);
    const found = shown(read, shift, whole, before.lines);
    documents.push(...found.documents);
    if (found.unreadableFrom !== null) return { ...found, documents };
  }
  return { documents, fault: null, unreadableFrom: null, hasRepeated: false };
}

/** What counts of a reading, with places in the whole file. */
function shown(read: ReadFile, shift: number, whole: Buffer, lines = 0): Shown {
  const { check, documents, unreadable } = read;
  const fault = check.valid ? undefined : check.faults.findLast(({ code }) => code !== "bom");
  return {
    documents: documents.map(({ step, start, end, value }) => ({
      step,
      text: whole.toString("utf8", start + shift, end + shift),
      value,
    })),
    fault:
      fault === undefined
        ? null
        : {
            code: fault.code,
            at: fault.at + shift,
            line: fault.line + lines,
            column: fault.column,
            pointer: fault.pointer,
          },
    unreadableFrom: unreadable.length === 0 ? null : 0,
    hasRepeated: check.faults.some(({ code }) => code === "duplicate-key" || code === "not-utf8"),
  };
}
