import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { after, describe, it } from "node:test";
import { crc32 } from "node:zlib";

import fc from "fast-check";

import { SEED } from "../../test/support/seed.ts";
import { memoryFolder } from "../../test/support/folder.ts";
import { Hosts } from "../stores/host/hosts.ts";
import { buildState } from "./build-state.ts";
import { buildHere, buildRequest, registry, rowsOf } from "./samples.ts";
import type { BuildRequest, ProjectionConfig } from "./types.ts";

const { signal } = new AbortController();
const hosts = new Hosts();
after(() => hosts[Symbol.dispose]());

/** A line of an event whose data are written just so. */
function line(id: string, data: string, more = "", type = "integer"): string {
  const head = `{"id":"${id}","type":"${type}",${more}"data":{"v":${data}}`;
  return `${head},"checksum":"${crc32(head).toString(16).padStart(8, "0")}"}\n`;
}

const TYPES = ["integer", "real", "text", "json"] as const;

/** Puts what `v` holds into the column that the event's type names. */
const keeping: ProjectionConfig = registry({
  tables: {
    t: {
      key: ["k"],
      columns: {
        k: "text",
        ...Object.fromEntries(TYPES.map((type) => [type, type])),
      },
      indexes: [],
    },
  },
  form: {
    kind: "declarative",
    on: Object.fromEntries(
      TYPES.map((type) => [type, [{ upsert: "t", set: { k: "id", [type]: "data.v" } }]]),
    ),
    upcast: {},
  },
});

/** The rows, and why events were refused, by id. */
async function built(lines: readonly string[], changes: Partial<BuildRequest> = {}) {
  await using folder = await memoryFolder();
  const log = folder.join("log.jsonl");
  writeFileSync(log, lines.join(""));
  const draft = folder.join("draft.sqlite");
  const given = { projection: keeping, onDamaged: "skip", ...changes } as const;
  const { damaged } = await buildHere(buildRequest(log, draft, given));
  return { rows: keptIn(draft), reasons: new Map(damaged.map(({ id, reason }) => [id, reason])) };
}

function keptIn(draft: string): ReadonlyMap<string, string> {
  return new Map(
    rowsOf(draft, "t").map((row) => {
      const [key = "", ...values] = row.split("\t");
      return [key, values.join("")];
    }),
  );
}

const CASES = [
  ["integer", "9007199254740993", "9007199254740993"],
  ["integer", "-9223372036854775808", "-9223372036854775808"],
  ["integer", "9223372036854775808", /9223372036854775808 is no whole number of 64 bits/],
  ["integer", "0.12345678901234567890", /0\.12345678901234567890 is no whole number/],
  ["text", "123456789012345678901234567890", "123456789012345678901234567890"],
  ["text", "0.12345678901234567890", "0.12345678901234567890"],
  ["text", "1e400", "1e400"],
  ["text", "19.99", "19.99"],
  ["real", "0.12345678901234567890", "0.12345678901234568"],
  ["real", "0.10000000000000001", "0.1"],
  ["real", "1e400", /no number that a double comes near/],
  ["json", '{"n":[9007199254740993,1]}', '{"n":[9007199254740993,1]}'],
] as const;

describe("a number of an event", () => {
  it("lands in its column exactly or is damage, whichever way its line is read", async () => {
    // The second line of each kind is known by its form, where it has one; others are parsed.
    const all = ["", "", '"list":[1],', '"by":"ä",'].flatMap((more, way) =>
      CASES.map((each, at) => ({ id: `${at}.${way}`, more, each })),
    );
    const { rows, reasons } = await built(
      all.map(({ id, more, each: [type, number] }) => line(id, number, more, type)),
    );
    for (const { id, each } of all) {
      const [type, number, wanted] = each;
      if (typeof wanted === "string") assert.equal(rows.get(id), wanted, `${type} ${number}`);
      else assert.match(reasons.get(id) ?? "", wanted);
      assert.equal(rows.has(id), typeof wanted === "string");
    }
  });

  it(`of 64 bits is never rounded, in both forms and from a table (SEED=${SEED})`, async () => {
    await using folder = await memoryFolder();
    const edge = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const near = fc.bigInt({ min: 2n ** 53n - 4n, max: 2n ** 53n + 4n });
    const numbers = fc.sample(fc.oneof(edge, near), { seed: SEED, numRuns: 200 });
    const wanted = new Map(numbers.map((number, at) => [`e${at}`, String(number)]));
    const lines = numbers.map((number, at) => line(`e${at}`, String(number)));
    assert.deepEqual(sorted((await built(lines)).rows), sorted(wanted));

    const log = folder.join("log.jsonl");
    writeFileSync(log, lines.join(""));
    const module = folder.join("p.ts");
    writeFileSync(
      module,
      `import { defineProjection } from "salvor";
export const p = defineProjection({
  name: "p",
  tables: {
    t: { key: "k", columns: { k: "text", v: "integer" } },
    j: { key: "k", columns: { k: "text", v: "json" } },
  },
  on: {
    integer: ({ id, data }: any, { t, j }) => {
      j.put({ k: id, v: [data] });
      t.put({ k: id, v: (j.get(id) as any).v[0].v });
    },
  },
});
`,
    );
    const form = { kind: "code", module } as const;
    const projection = registry({ tables: null, form });
    const request = buildRequest(log, folder.join("code.sqlite"), { projection });
    await buildState(hosts, request, { onDamaged: assert.ifError }, signal);
    assert.deepEqual(sorted(keptIn(request.draft)), sorted(wanted));

    const table = folder.join("events.sqlite");
    using database = new DatabaseSync(table);
    database.exec("CREATE TABLE events(n INTEGER PRIMARY KEY, id INTEGER, type TEXT, data TEXT)");
    const insert = database.prepare("INSERT INTO events VALUES (?, ?, 'integer', ?)");
    numbers.forEach((number, at) => insert.run(at, number, `{"v": ${number}}`));
    const { module: reader } = request.log;
    const fromTable = buildRequest(table, folder.join("table.sqlite"), {
      projection: keeping,
      onDamaged: "skip",
      log: { module: reader, input: { path: table, table: "events" } },
    });
    await buildHere(fromTable);
    const itself = new Map(numbers.map((number) => [String(number), String(number)]));
    assert.deepEqual(sorted(keptIn(fromTable.draft)), sorted(itself));
  });

  it("tells two events of an id apart by their last digits", async () => {
    const lines = ["9007199254740992", "9007199254740993"].map((each) => line("e1", each));
    const { rows, reasons } = await built(lines);
    assert.deepEqual([...rows], [["e1", "9007199254740992"]]);
    assert.match(reasons.get("e1") ?? "", /^an event of the id "e1" with other content/);
  });

  it("is withheld from code that would have to round it, and from nobody else", async () => {
    await using folder = await memoryFolder();
    const log = folder.join("log.jsonl");
    writeFileSync(
      log,
      ["[0.12345678901234567890, 1]", "[1, 0.12345678901234567890]"]
        .map((each, at) => line(`e${at}`, each))
        .join(""),
    );
    const module = folder.join("p.ts");
    writeFileSync(
      module,
      `import { defineProjection } from "salvor";
export const p = defineProjection({
  name: "p",
  tables: { t: { key: "k", columns: { k: "text", v: "real" } } },
  on: { integer: ({ id, data }: any, { t }) => t.put({ k: id, v: data.v[0] }) },
});
`,
    );
    const projection = registry({ tables: null, form: { kind: "code", module } });
    const request = buildRequest(log, folder.join("d.sqlite"), { projection, onDamaged: "skip" });
    const reasons: string[] = [];
    const onDamaged = (damaged: readonly { readonly reason: string }[]): void => {
      reasons.push(...damaged.map(({ reason }) => reason));
    };
    await buildState(hosts, request, { onDamaged }, signal);
    assert.deepEqual(rowsOf(request.draft, "t"), ["e1\t1"]);
    assert.match(
      reasons.join("\n"),
      /^TypeError: 0 is 0\.12345678901234567890, which is more than/,
    );
  });
});

function sorted(map: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...map].toSorted(([one], [other]) => (one < other ? -1 : 1));
}
