import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as fc from "fast-check";

import { SEED } from "../../../../test/support/seed.ts";
import { historyLines } from "../samples.ts";
import type { JsonObject } from "../../../core/json.ts";
import { FormFinder } from "./form-finder.ts";
import { fieldAt } from "./envelope.ts";
import { formField } from "./form-field.ts";
import { buildLine, type LineCut, type LineForm } from "./line-form.ts";
import { parseObject } from "./parse-object.ts";

/** What is made of lines that have a form: null for each that must be parsed. */
function byForms<Made>(
  lines: readonly Buffer[],
  names: readonly string[],
  make: (form: LineForm, cut: LineCut) => Made,
): (Made | null)[] {
  const finder = new FormFinder(names);
  const forms: LineForm[] = [];
  return lines.map((bytes) => {
    const number = finder.find(bytes, 0, bytes.length);
    const { holes, forms: learned } = finder.take();
    forms.push(...learned);
    const form = forms[number - 1];
    if (number === 0 || form === undefined) return null;
    return make(form, { text: bytes.toString("latin1"), start: 0, holes, at: 0 });
  });
}

function readByForms(lines: readonly Buffer[], names: readonly string[]) {
  return byForms(lines, names, (form, cut) => buildLine(form.plan, cut));
}

const value = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ maxLength: 6, unit: "binary" }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const object = fc.record({
  id: value,
  type: value,
  data: fc.dictionary(fc.string({ maxLength: 5 }), value, { maxKeys: 3 }),
  list: fc.option(fc.array(value, { maxLength: 2 })),
});

const deep = fc.record(
  {
    id: value,
    data: fc.oneof(
      value,
      fc.record({ a: fc.oneof(value, fc.record({ b: value })) }, { requiredKeys: [] }),
    ),
  },
  { requiredKeys: [] },
);

/** Objects without their prototype, which says nothing of a line. */
function plain(member: unknown): unknown {
  return typeof member === "object" && member !== null ? { ...member } : member;
}

describe("a line read by its form", () => {
  it("is what parsing it gives, and most lines of a log have one", () => {
    const lines = historyLines();
    const names = Object.keys(parseObject(lines[0] ?? "") ?? {});
    const read = readByForms(
      lines.map((line) => Buffer.from(line)),
      names,
    );
    const known = read.flatMap((each, index) =>
      each === null ? [] : [{ each, line: lines[index] ?? "" }],
    );
    for (const { each, line } of known) assert.deepEqual({ ...each }, JSON.parse(line));
    assert.ok(known.length > 2000, `${known.length} lines have a form`);
  });

  it(`is what parsing it gives, whatever stands in it (seed ${SEED})`, () => {
    fc.assert(
      fc.property(fc.array(object, { minLength: 2, maxLength: 12 }), (objects) => {
        const lines = [...objects, ...objects].map((each) => Buffer.from(JSON.stringify(each)));
        readByForms(lines, ["id", "type", "data", "list"]).forEach((read, index) => {
          if (read === null) return;
          assert.deepEqual({ ...read }, { ...parseObject(String(lines[index])) });
        });
      }),
      { seed: SEED },
    );
  });

  it(`has each member that parsing it gives, by any path (seed ${SEED})`, () => {
    const paths = [
      "id",
      "data",
      "data.a",
      "data.a.b",
      "id.a",
      "a",
      "list",
      "toString",
      "__proto__",
    ];
    let compared = 0;
    fc.assert(
      fc.property(fc.array(deep, { minLength: 2, maxLength: 12 }), (objects) => {
        const lines = [...objects, ...objects].map((each) => Buffer.from(JSON.stringify(each)));
        const read = byForms(lines, ["id", "data", "list"], (form, cut) =>
          paths.map((path) => formField(form, path)(cut)),
        );
        for (const [index, members] of read.entries()) {
          const whole = parseObject(String(lines[index]));
          if (members === null || whole === null) continue;
          compared += 1;
          assert.deepEqual(
            members.map(plain),
            paths.map((path) => plain(fieldAt(path)(whole))),
          );
        }
      }),
      { seed: SEED },
    );
    assert.ok(compared > 100, `${compared} lines have a form`);
  });

  it(`is never made of bytes that are no JSON (seed ${SEED})`, () => {
    const [first = ""] = historyLines(1);
    const line = first.replace('"mode":"100644"', '"mode":-12,"deep":{"is":true,"of":null}');
    fc.assert(
      fc.property(fc.nat(line.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(line);
        changed[at] = byte;
        const [, read] = readByForms([Buffer.from(line), changed], ["id", "data"]);
        if (read === null || read === undefined) return;
        const { id, data } = parseObject(changed.toString()) as JsonObject;
        assert.deepEqual({ ...read }, { id, data });
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });
});
