import assert from "node:assert/strict";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { after, describe, it } from "node:test";

import { Hosts } from "../../stores/host/hosts.ts";
import { memoryFolder } from "../../../test/support/folder.ts";
import { buildState } from "../build-state.ts";
import { buildRequest, eventLine, registry, rowsOf } from "../samples.ts";
import type { BuildResult } from "../types.ts";

const { signal } = new AbortController();
const hosts = new Hosts();
after(() => hosts[Symbol.dispose]());

interface Outcome {
  readonly result: BuildResult;
  readonly rows: readonly string[];
  readonly reasons: readonly string[];
}

/** A module that begins so is one that others may write to. */
const LOOSE = "// anybody's\n";

/** Builds with a module, or several by name, from some events of type "e" with these data. */
async function build(
  module: string | Readonly<Record<string, string>>,
  ...data: readonly unknown[]
): Promise<Outcome> {
  await using folder = await memoryFolder();
  const modules = typeof module === "string" ? { "p.ts": module } : module;
  for (const [name, text] of Object.entries(modules)) {
    writeFileSync(folder.join(name), text);
    chmodSync(folder.join(name), text.startsWith(LOOSE) ? 0o664 : 0o644);
  }
  const log = folder.join("log.jsonl");
  const lines = data.map((each, at) =>
    eventLine({
      id: `${at}`,
      type: "e",
      subject: `s${at}`,
      time: "2026-01-01T00:00:00Z",
      sequence: `${at}`,
      data: each as null,
    }),
  );
  writeFileSync(log, lines.join(""));
  const form = { kind: "code", module: folder.join(Object.keys(modules)[0] ?? "") } as const;
  const projection = registry({ tables: null, form });
  const request = buildRequest(log, folder.join("draft.sqlite"), { projection, onDamaged: "skip" });
  const reasons: string[] = [];
  const onDamaged = (damaged: readonly { readonly reason: string }[]): void => {
    reasons.push(...damaged.map(({ reason }) => reason.replaceAll(folder.path, "")));
  };
  try {
    const result = await buildState(hosts, request, { onDamaged }, signal);
    return { result, rows: rowsOf(request.draft, "t"), reasons };
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replaceAll(folder.path, "");
    throw error;
  }
}

/** A module with one table `t` of a key and a JSON value, and one handler. */
function handling(body: string, more = ""): string {
  return `import { defineProjection } from "salvor";
${more}
export const p = defineProjection({
  name: "p",
  tables: { t: { key: "k", columns: { k: "text", v: "json" } } },
  on: { e: (event: any, { t }: any) => { ${body} } },
});
`;
}

async function assertInvalid(
  module: string | Readonly<Record<string, string>>,
  message: RegExp,
): Promise<void> {
  await assert.rejects(build(module, 1), (error: Error) => {
    assert.match(error.message, message);
    return "code" in error && error.code === "PROJECTION_INVALID";
  });
}

describe("a handler", () => {
  it("gets, puts, updates and deletes rows of every type", async () => {
    const module = `import { defineProjection } from "salvor";
 export default 0;
export const projection = defineProjection({
  name: "p",
  tables: {
    t: {
      key: ["a", "b"],
      columns: { a: "text", b: "integer", r: "real", x: "blob", y: "boolean", z: "timestamp", j: "json" },
    },
    log: { key: "n", columns: { n: "integer", said: "json" } },
  },
  on: {
    e: (event, { t, log }) => {
      const said = [t.get({ a: "k", b: 1 }) === null];
      t.put({ a: "k", b: 2n ** 60n, x: new Uint8Array([1, 2]), y: true, z: event.time, j: { q: [1] } });
      const row = t.get({ a: "k", b: 2n ** 60n });
      said.push(row.y === true, row.r === null, row.x[1] === 2, row.j.q[0] === 1, typeof row.b);
      said.push(t.update({ a: "k", b: "1152921504606846976" }, { r: 0.5 }));
      said.push(t.update({ a: "none", b: 1 }, { r: 1 }), t.delete({ a: "none", b: 1 }));
      t.put({ a: "gone", b: 1 });
      said.push(t.delete({ a: "gone", b: 1 }), t.get({ a: "gone", b: 1 }));
      log.put({ n: 1, said });
    },
  },
});
`;
    await using folder = await memoryFolder();
    writeFileSync(folder.join("p.ts"), module);
    const log = folder.join("log.jsonl");
    writeFileSync(log, eventLine({ id: "1", type: "e", time: "2026-01-01T00:00:00Z", data: 1 }));
    const form = { kind: "code", module: folder.join("p.ts") } as const;
    const projection = registry({ tables: null, form });
    const request = buildRequest(log, folder.join("draft.sqlite"), { projection });
    await buildState(hosts, request, { onDamaged: assert.ifError }, signal);
    assert.deepEqual(rowsOf(request.draft, "log"), [
      '1\t[true,true,true,true,true,"bigint",true,false,false,true,null]',
    ]);
    assert.deepEqual(rowsOf(request.draft, "t").length, 1);
  });

  it("sees what the events before it did, within a batch and beyond", async () => {
    const body = `const n = t.get("n")?.v ?? 0; t.put({ k: "n", v: n + event.data })`;
    const { rows } = await build(handling(body), ...Array.from({ length: 2500 }, () => 2));
    assert.deepEqual(rows, ["n\t5000"]);
  });

  it("that throws leaves nothing of its event, and is told with its line", async () => {
    const body = `t.put({ k: "a" + event.data, v: 1 });
      if (event.data === 2) throw new RangeError("two is too many");`;
    const { rows, result, reasons } = await build(handling(body), 1, 2, 3);
    assert.deepEqual(rows, ["a1\t1", "a3\t1"]);
    assert.equal(result.corrupted, 1);
    assert.deepEqual(reasons, ["RangeError: two is too many (/p.ts:7)"]);
  });

  it("is told what does not fit a table", async () => {
    const body = `[
      () => t.put({ k: "a", q: 1 }), () => t.put({ v: 1 }), () => t.put({ k: {} }),
      () => t.put(7), () => t.update("x", 7), () => t.put({ k: "\\ud800" }),
    ][event.data]()`;
    const { reasons, rows } = await build(handling(body), 0, 1, 2, 3, 4, 5);
    assert.deepEqual(rows, []);
    assert.deepEqual(
      reasons.map((reason) => reason.replace(/ \(.*/, "")),
      [
        'TypeError: t has no column "q"',
        "TypeError: t.k is missing, and is part of the key",
        "TypeError: t.k: {} is no text",
        "TypeError: a row of t is an object",
        "TypeError: a row of t is an object",
        `TypeError: t.k: ${JSON.stringify("\ud800")} is no text: it holds half a surrogate pair`,
      ],
    );
  });

  it("cannot work later, or by halves", async () => {
    await assertInvalid(
      handling("").replace("(event", "async (event"),
      /p\.ts: on: "e" is async or a generator/,
    );
    const late = `Promise.resolve().then(() => { try { t.put({ k: "late" }) } catch {} });
      t.put({ k: "now" + event.data });`;
    const { rows } = await build(handling(late), "a", "b", "c");
    assert.ok(rows.every((row) => row.startsWith("now")));
    const { reasons } = await build(handling("return Promise.resolve()"), 1);
    assert.match(reasons[0] ?? "", /^the handler returned a promise/);
  });

  it("may be given old events as new ones", async () => {
    const module = handling(`t.put({ k: event.data.name, v: event.type })`).replace(
      "on: {",
      `upcast: {
    e: (event: any) => ({ ...event, type: "e2", data: { title: event.data } }),
    e2: (event: any) => ({ ...event, type: "e3", data: { name: event.data.title } }),
  },
  on: { e3: (event: any, { t }: any) => { t.put({ k: event.data.name, v: event.type }) },`,
    );
    assert.deepEqual((await build(module, "x", "y")).rows, ['x\t"e3"', 'y\t"e3"']);
    const round = module.replace('"e3"', '"e"');
    assert.match((await build(round, "x")).reasons[0] ?? "", /lead back to themselves|title/);
  });
});

describe("a module", () => {
  it("has nothing but the language", async () => {
    const names = [
      "process require fetch setTimeout setInterval queueMicrotask console Intl WebAssembly performance",
      "SharedArrayBuffer Atomics WeakRef FinalizationRegistry Temporal crypto structuredClone Buffer",
    ];
    const list = JSON.stringify(names.join(" ").split(" "));
    const body = `t.put({ k: "seen", v: ${list}.filter((name) => typeof globalThis[name] !== "undefined") })`;
    assert.deepEqual((await build(handling(body), 1)).rows, ["seen\t[]"]);
  });

  it("has no clock, no chance and no code made of text", async () => {
    const tries = [
      "Date.now()",
      "new Date()",
      "Date()",
      "new (new Date(0).constructor)()",
      "Math.random()",
      'eval("1")',
      'new Function("return 1")()',
      '(async () => {}).constructor("return 1")()',
      'event.constructor.constructor("return process")()',
      't.get.constructor("return process")()',
      '(() => { try { t.get({}) } catch (error) { return error.constructor.constructor("return process")() } })()',
      '(() => { try { t.put(7) } catch (error) { return error.constructor.constructor("return process")() } })()',
      '(() => { const deep = () => { try { deep() } catch (error) { try { t.get("x") } catch (inner) { return inner.constructor.constructor("return process")() } } }; return deep() ?? eval("1") })()',
    ];
    const body = `[${tries.map((each) => `() => ${each}`).join(", ")}][event.data]()`;
    const { result, reasons } = await build(handling(body), ...tries.keys());
    assert.deepEqual([result.applied, result.corrupted], [0, tries.length], reasons.join("\n"));
    const kinds = reasons.map((reason) => /^TypeError|^EvalError|^RangeError/.exec(reason)?.[0]);
    assert.ok(
      kinds.every((kind) => kind !== undefined),
      reasons.join("\n"),
    );
    const [now = ""] = reasons;
    assert.match(now, /^TypeError: Date.now is not there: an event must do the same/);
    const fixed = `t.put({ k: new Date(0).toISOString(), v: [new Date(2020, 0).getTime(), new Date(0) instanceof Date] })`;
    assert.deepEqual((await build(handling(fixed), 1)).rows, [
      "1970-01-01T00:00:00.000Z\t[1577836800000,true]",
    ]);
  });

  it("is handed nothing of the outside, whatever it puts in the place of the language's own", async () => {
    const traps = `
const seen: unknown[] = [];
const watch = (owner: any, name: string) => {
  const before = owner[name];
  owner[name] = function (...given: unknown[]) {
    seen[seen.length] = this;
    for (let at = 0; at < given.length; at += 1) seen[seen.length] = given[at];
    return before.apply(this, given);
  };
};
for (const name of ["map", "forEach", "push", "filter", "find", "join"]) watch(Array.prototype, name);
for (const name of ["from", "of"]) watch(Uint8Array, name);
watch(JSON, "parse"); watch(JSON, "stringify"); watch(Set.prototype, "has");
watch(Object, "keys"); watch(Object, "hasOwn"); watch(Reflect, "ownKeys");
`;
    const body = `t.put({ k: "a", v: { deep: [1] } }); const row = t.get("a");
      const list = [event, event.data, row, row.v, ...seen];
      const isForeign = (value) => value !== null && typeof value === "object" &&
        !(value instanceof Object) && Object.getPrototypeOf(value) !== null;
      if (list.some(isForeign)) throw new Error("an object of the outside");
      if (event.data.length !== 2) throw new Error("it was not copied")`;
    const { result, reasons } = await build(handling(body, traps), [1, { a: 2 }]);
    assert.deepEqual([result.applied, reasons], [1, []]);
  });

  it("imports relative modules and salvor, and what else it imports is named with its line", async () => {
    const helped = handling(`t.put({ k: tell(event), v: 1 })`, 'import { tell } from "./tell.ts";');
    const tell = "export const tell = (event: { subject: string }): string => event.subject;\n";
    assert.deepEqual((await build({ "p.ts": helped, "tell.ts": tell }, 1)).rows, ["s0\t1"]);
    const imports = (text: string): string => handling("", text);
    await assertInvalid(imports('import "node:fs";'), /p\.ts:2: imports "node:fs"; a projection/);
    await assertInvalid(imports('import zod from "zod";'), /p\.ts:2: imports "zod"/);
    await assertInvalid(imports('import "./none.ts";'), /p\.ts: imports \/none\.ts, which cannot/);
    await assertInvalid(imports('import "./p.json";'), /which cannot be read/);
    await assertInvalid(imports("const a = () => import(`./tell.ts`);"), /p\.ts:2: uses import\(/);
    await assertInvalid(imports('const a = () => import/**/ ("x");'), /p\.ts:2: uses import\(/);
    await assertInvalid(
      imports("const a = import.meta;"),
      /p\.ts:2: uses import\( or import\.meta/,
    );
    await assertInvalid(
      { "p.ts": helped, "tell.ts": 'import "node:net"; export const tell = 1;' },
      /tell\.ts:1: imports "node:net"/,
    );
  });

  it("is not run when others may write to it, or to anything that it imports", async () => {
    const imported = `${handling("")}\nimport "./a.ts";`;
    const modules = { "p.ts": imported, "a.ts": 'export * from "./b.ts";', "b.ts": "const b = 1;" };
    assert.deepEqual((await build(modules)).rows, []);
    for (const [name, text] of Object.entries(modules)) {
      const loosened = { ...modules, [name]: `${LOOSE}${text}` };
      await assert.rejects(build(loosened), (error: Error) => {
        assert.match(error.message, new RegExp(`/${name} is not trusted: it can be written by`));
        return "code" in error && error.code === "CONFIG_UNTRUSTED";
      });
    }
  });

  it("says what is wrong with it, and where", async () => {
    await assertInvalid("export const a = ;", /p\.ts:1: /);
    await assertInvalid("\n\nenum A { B }", /p\.ts:3: TypeScript enum is not supported/);
    await assertInvalid({ "p.js": "\nconst a = ;" }, /p\.js:2: /);
    await assertInvalid(
      "const a = 1;\nnull.x;",
      /p\.ts:2: TypeError: Cannot read properties of null/,
    );
    await assertInvalid("export const a = 1;", /exports nothing that defineProjection gave/);
    await assertInvalid(
      "for (;;) {}",
      /p\.ts: Script execution timed out|does not come to its end/,
    );
    await assertInvalid(
      handling("").replace('"json"', '"jsonb"'),
      /tables\.t\.columns\.v: must be one of text, integer/,
    );
    await assertInvalid(handling("").replace('key: "k"', 'key: "q"'), /tables\.t\.key: "q" is no/);
    await assertInvalid(handling("").replace("t: { key", "salvor_t: { key"), /is no free name/);
    await assertInvalid(
      handling("").replace("e: (event", "e: 5, f: (event"),
      /on: "e" is no function/,
    );
    await assertInvalid(handling("").replace('name: "p"', "name: 5"), /name: must be a text/);
  });

  it("leaves no trace beside the draft", async () => {
    await using folder = await memoryFolder();
    const trace = folder.join("trace");
    const text = `[].constructor.constructor("return process")().getBuiltinModule("node:fs").writeFileSync(${JSON.stringify(trace)}, "")`;
    const { result } = await build(handling(text), 1);
    assert.equal(result.corrupted, 1);
    assert.equal(existsSync(trace), false);
  });
});

describe("the process of a build", () => {
  it("writes no file by itself, starts no process and keeps UTC", async () => {
    await using folder = await memoryFolder();
    const trace = folder.join("trace");
    const task = folder.join("try-task.mjs");
    writeFileSync(
      task,
      `import { writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
const said = (work) => { try { work(); return "done"; } catch (error) { return error.code; } };
export const task = async () => [
  said(() => writeFileSync(${JSON.stringify(trace)}, "x")),
  said(() => { const { error } = spawnSync("/bin/true"); if (error) throw error; }),
  new Date(0).getHours(),
];
`,
    );
    const answer = await hosts.run("replay", new URL(`file://${task}`), null, signal);
    assert.deepEqual(answer, ["ERR_ACCESS_DENIED", "ERR_ACCESS_DENIED", 0]);
    assert.equal(existsSync(trace), false);
  });
});
