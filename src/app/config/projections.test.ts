import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { drivers } from "../../stores/drivers.ts";
import { checkConfig, describeProblem } from "./check.ts";

const STORES = `stores:
  shop: { driver: sqlite, path: ./data/shop.sqlite }
  history: { driver: event-log, path: ./events/history.jsonl }
`;
const TABLES = "tables: { files: { key: path, columns: { path: text, blob: text } } }";
const RULES = "on: { file.added: { upsert: files, set: { path: data.path, blob: data.blob } } }";

function check(text: string) {
  const context = { file: "/etc/shop/salvor.yaml", env: {}, drivers };
  return checkConfig(Buffer.from(text), context);
}

/** What is wrong with one projection, as lines of the file. */
function problems(projection: string): readonly string[] {
  const { config, problems: found } = check(`${STORES}projections:\n${projection}`);
  assert.equal(config, null);
  return found.map(describeProblem);
}

describe("projections in a salvor.yaml", () => {
  it("come with their paths absolute, and a rule or several for a type", () => {
    const { config, problems: found } = check(`${STORES}
projections:
  registry:
    log: history
    target: ./state/registry.sqlite
    version: 3
    tables: { files: { key: [path, mode], columns: { path: text, mode: text }, indexes: [mode] } }
    on:
      file.added: { upsert: files, set: { path: data.path, mode: data.mode } }
      file.moved:
        - { delete: files, key: [data.from, data.mode] }
        - { upsert: files, set: { path: subject, mode: { value: "644" } } }
    upcast:
      file.created: { to: file.added, when: { data.v: 1 }, default: { data.mode: "600" } }
  told: { log: history, target: ./told.sqlite, module: ./projections/told.ts }
`);
    assert.deepEqual(found, []);
    assert.deepEqual(config?.projections, [
      {
        name: "registry",
        version: 3,
        log: "history",
        target: "/etc/shop/state/registry.sqlite",
        tables: {
          files: {
            key: ["path", "mode"],
            columns: { path: "text", mode: "text" },
            indexes: [["mode"]],
          },
        },
        form: {
          kind: "declarative",
          on: {
            "file.added": [{ upsert: "files", set: { path: "data.path", mode: "data.mode" } }],
            "file.moved": [
              { delete: "files", key: ["data.from", "data.mode"] },
              { upsert: "files", set: { path: "subject", mode: { value: "644" } } },
            ],
          },
          upcast: {
            "file.created": [
              { to: "file.added", when: { "data.v": 1 }, default: { "data.mode": "600" } },
            ],
          },
        },
      },
      {
        name: "told",
        version: 1,
        log: "history",
        target: "/etc/shop/told.sqlite",
        tables: null,
        form: { kind: "code", module: "/etc/shop/projections/told.ts" },
      },
    ]);
  });

  it("need a log that keeps events, and a name that no store has", () => {
    const rest = `target: ./t.sqlite, ${TABLES}, ${RULES}`;
    assert.deepEqual(problems(`  a: { log: histry, ${rest} }`), [
      '5:8: projections.a.log names no store; did you mean "history"?',
    ]);
    assert.deepEqual(problems(`  a: { log: shop, ${rest} }`), [
      '5:8: projections.a.log names "shop", which keeps no events: its driver is sqlite',
    ]);
    assert.deepEqual(problems(`  shop: { log: history, ${rest} }`), [
      "5:3: projections.shop has the name of a store",
    ]);
  });

  it("have one of two forms", () => {
    const form = "must have tables and on, or a module instead";
    assert.deepEqual(problems("  a: { log: history, target: t }"), [`5:3: projections.a ${form}`]);
    assert.deepEqual(problems(`  a: { log: history, target: t, ${TABLES} }`), [
      `5:3: projections.a ${form}`,
    ]);
    assert.deepEqual(problems(`  a: { log: history, target: t, module: m.ts, ${RULES} }`), [
      "5:47: projections.a.on stands beside module, which tells the same",
    ]);
    const timed = `  a: { log: history, target: t, timeoutMs: 50`;
    assert.deepEqual(problems(`${timed}, ${TABLES}, ${RULES} }`), [
      "5:33: projections.a.timeoutMs is for a module: rules take no time",
    ]);
  });

  it("name only tables and columns that they have", () => {
    const found = problems(`  a:
    log: history
    target: t
    tables:
      files: { key: paht, columns: { path: text, mode: txt } }
    on: {}`);
    assert.deepEqual(found, [
      "9:50: projections.a.tables.files.columns.mode must be one of text, integer, real, blob, boolean, timestamp, json",
    ]);
    const unfit = problems(`  a:
    log: history
    target: t
    tables:
      files: { key: paht, columns: { path: text, Path: text }, indexes: [[path, size]] }
      salvor_files: { key: id, columns: { id: text } }
    on:
      added: { upsert: file, set: { path: data.path } }
      changed: [{ upsert: files, set: { blob: data.blob } }]
      moved: { upsert: files, delete: files }
      gone: { delete: files, key: [data.path, data.mode] }
      left: { delete: files }`);
    assert.deepEqual(unfit, [
      '9:16: projections.a.tables.files.key names "paht", and files has no such column; did you mean "path"?',
      '9:50: projections.a.tables.files.columns.Path differs from "path" in capitals only',
      '9:74: projections.a.tables.files.indexes.0 names "size", and files has no such column; columns: path, Path',
      "10:7: projections.a.tables.salvor_files is a name that is not free: take another",
      '12:16: projections.a.on.added.upsert names no table of this projection; did you mean "files"?',
      '13:34: projections.a.on.changed.0.set has no "paht", which tells the rows of files apart',
      '13:41: projections.a.on.changed.0.set.blob names "blob", and files has no such column; columns: path, Path',
      "14:7: projections.a.on.moved must say either upsert or delete",
      "15:30: projections.a.on.gone.key must have one part for each of these: paht",
      "16:7: projections.a.on.left has no key: say where it lies",
    ]);
  });

  it("say at its place what is wrong inside a rule, or a list of rules", () => {
    const start = `  a: { log: history, target: t, ${TABLES}, on: {`;
    assert.deepEqual(problems(`${start} x: { upsret: files, set: { path: data.path } } } }`), [
      '5:115: projections.a.on.x.upsret is not a known key; did you mean "upsert"?',
    ]);
    const [wrong] = problems(`${start} x: [{ upsert: files, set: { path: dta.path } }] } }`);
    assert.match(wrong ?? "", /a\.on\.x\.0\.set\.path must be a part of an event, such as/);
    const [large] = problems(
      `${start} x: { upsert: files, set: { path: { value: 9007199254740993 } } } } }`,
    );
    assert.match(large ?? "", /value must write a whole number beyond 2\^53 as a text$/);
  });

  it("have a target that is nobody else's file", () => {
    const rest = `log: history, ${TABLES}, ${RULES}`;
    const of = (target: string): readonly string[] =>
      problems(`  a: { target: ${target}, ${rest} }`);
    assert.deepEqual(of("./events/history.jsonl"), [
      '5:8: projections.a.target is the path of "history" too',
    ]);
    assert.deepEqual(of("./backups/x"), [
      "5:8: projections.a.target lies where Salvor keeps its own",
    ]);
    assert.deepEqual(of("./salvor.yaml"), [
      "5:8: projections.a.target is the path of this configuration too",
    ]);
    const two = problems(`  a: { target: t, ${rest} }\n  b: { target: ./t, ${rest} }`);
    assert.deepEqual(two, ['6:8: projections.b.target is the path of "a" too']);
    const logs = "stores: { all: { driver: event-log, path: './events/**/*.jsonl*' } }";
    const pattern = (target: string) =>
      check(
        `${logs}\nprojections:\n  a: { target: ${target}, log: all, ${TABLES}, ${RULES} }`,
      ).problems.map(describeProblem);
    assert.deepEqual(pattern("./events/2026/a.jsonl"), [
      '3:8: projections.a.target is a file that "all" reads',
    ]);
    assert.deepEqual(pattern("./events/2026/a.sqlite"), []);
    const { config } = check(
      `${STORES}projections: { a: { target: ./data/shop.sqlite, ${rest} } }`,
    );
    assert.equal(config?.projections.length, 1, "a store of the same kind may protect it");
  });
});
