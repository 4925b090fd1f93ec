import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, describe, it } from "node:test";

import { memoryFolder } from "../../../test/support/folder.ts";
import { systemWorld } from "../../core/world.ts";
import { openEvents } from "../../stores/event-log/open-events.ts";
import { Hosts } from "../../stores/host/hosts.ts";
import { OpenState } from "../apply-batch.ts";
import { buildState } from "../build-state.ts";
import { compileProjection } from "../compile.ts";
import { openDraft } from "../draft/open-draft.ts";
import { startRecord } from "../draft/start-record.ts";
import { followProjection } from "../follow.ts";
import { buildRequest, eventLine, registry, rowsOf } from "../samples.ts";
import type { BuildRequest } from "../types.ts";

const { signal } = new AbortController();
const hosts = new Hosts();
after(() => hosts[Symbol.dispose]());

/** A module with one table, and one handler of events whose data are numbers from 0. */
function module(body: string, more = ""): string {
  return `import { defineProjection } from "salvor";
${more}
export const p = defineProjection({
  name: "p",
  tables: { t: { key: "k", columns: { k: "integer", v: "json" } } },
  on: { e: ({ data: n }: any, { t }: any) => { ${body} } },
});
`;
}

const TABLE = { key: ["k"], columns: { k: "integer" }, indexes: [] } as const;
const RULES = {
  kind: "declarative",
  on: { e: [{ upsert: "t", set: { k: "data" } }] },
  upcast: {},
} as const;

const line = (n: number): string => eventLine({ id: `e${n}`, type: "e", data: n });

interface Work extends AsyncDisposable {
  readonly log: string;
  readonly request: BuildRequest;
  build(): ReturnType<typeof buildState>;
}

/** A build from so many events with a module. */
async function openWork(text: string, events: number, timeoutMs?: number): Promise<Work> {
  const folder = await memoryFolder();
  writeFileSync(folder.join("p.ts"), text);
  const log = folder.join("log.jsonl");
  writeFileSync(log, Array.from({ length: events }, (_, at) => line(at)).join(""));
  const code = { kind: "code", module: folder.join("p.ts") } as const;
  const form = timeoutMs === undefined ? code : { ...code, timeoutMs };
  const target = folder.join("state.sqlite");
  const projection = registry({ tables: null, form, target });
  const request = buildRequest(log, target, { projection, batchMax: 2 });
  return {
    log,
    request,
    build: () => buildState(hosts, request, { onDamaged: assert.ifError }, signal),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function rejected(text: string, events: number, message: RegExp, timeoutMs?: number) {
  await using work = await openWork(text, events, timeoutMs);
  await assert.rejects(work.build(), { code: "PROJECTION_INVALID", message });
}

const KNOWS =
  /^log\.jsonl, line \d \(event "e\d"\): the code of projection "registry" does something else/;

describe("code that remembers", () => {
  const ways: Readonly<Record<string, readonly [body: string, more: string]>> = {
    "a variable": ["t.put({ k: n, v: (seen += 1) })", "let seen = 0;"],
    "a collection": ["seen.set(n, n); t.put({ k: n, v: seen.size })", "const seen = new Map();"],
    "the language's own objects": [
      "const seen = (globalThis.seen ?? []); globalThis.seen = [...seen, n]; t.put({ k: n, v: seen })",
      "",
    ],
    "a closure": ["t.put({ k: n, v: next() })", "const next = ((n) => () => n++)(0);"],
    "a generator": [
      "t.put({ k: n, v: seen.next().value })",
      "const seen = (function* () { for (let n = 0; ; n += 1) yield n; })();",
    ],
    "what it read": [
      "before ??= t.get(n - 1)?.k ?? null; t.put({ k: n, v: [n, before] })",
      "let before: any;",
    ],
    "what it would not do again": [
      "if (done) return; done = true; t.put({ k: n })",
      "let done = false;",
    ],
    "what it fails of": ["if ((seen += 1) > 1) throw new Error(`it is ${seen}`);", "let seen = 0;"],
  };
  for (const [name, [body, more]] of Object.entries(ways)) {
    it(`in ${name} ends the build at its first event that shows it`, async () => {
      await rejected(module(body, more), 3, KNOWS);
    });
  }

  it("for long, and seldom shows it, ends it there", async () => {
    const body = "seen += 1; if (seen % 500 === 0) t.put({ k: n })";
    await rejected(module(body, "let seen = 0;"), 1200, /line 500 \(event "e499"\)/);
  });

  it("what makes no difference may go on", async () => {
    const cache = "const known = new Map();";
    const body = `if (!known.has(n % 7)) known.set(n % 7, [n % 7]);
      t.put({ k: n, v: [known.get(n % 7), t.get(n - 1)?.k ?? null, new Uint8Array([n]).length] })`;
    await using work = await openWork(module(body, cache), 500);
    assert.equal((await work.build()).applied, 500);
    assert.equal(rowsOf(work.request.draft, "t").length, 500);
  });
});

describe("code that does not come back", () => {
  const LOOP = "t.put({ k: n }); if (n === 3) for (;;) t.put({ k: 100 });";
  const STUCK =
    /^log\.jsonl, line 4 \(event "e3"\): the code of projection "registry" has not come to/;

  it("from an event ends the build there, which keeps what it had", async () => {
    await using work = await openWork(module(LOOP), 6, 300);
    await assert.rejects(work.build(), (error: Error & { code?: string; hint?: string }) => {
      assert.match(error.message, STUCK);
      assert.match(error.hint ?? "", /"timeoutMs" beside "module".*"salvor rebuild registry"\.$/);
      return error.code === "PROJECTION_INVALID";
    });
    assert.deepEqual(rowsOf(work.request.draft, "t"), ["0\t", "1\t"]);
  });

  it("from making an event newer, or from failing, ends it too", async () => {
    const upcast = module("").replace(
      "on: {",
      "upcast: { e: (e: any) => { for (;;); } },\n  on: {",
    );
    await rejected(upcast, 1, /line 1 \(event "e0"\): the code .* has not come to its end/, 100);
    const stubborn = module("for (;;) try { for (;;) t.get(1) } catch {} finally { continue }");
    await rejected(stubborn, 1, /has not come to its end within 100 ms/, 100);
  });

  it("but slowly from many has for each of them all of its time", async () => {
    const slow = module(
      "let x = 0; for (let at = 0; at < 3e6; at += 1) x ^= at; t.put({ k: n, v: x })",
    );
    await using work = await openWork(slow, 120, 300);
    assert.equal((await work.build()).applied, 120);
  });

  it("takes nothing back of an event that is done, when its time is up before the next", async () => {
    await using work = await openWork("", 3);
    const compiled = await compileProjection(registry({ tables: { t: TABLE }, form: RULES }));
    using database = openDraft(work.request.draft);
    const started = startRecord(database, compiled, work.request, systemWorld());
    assert.ok("record" in started);
    await using reader = openEvents(work.request.log.input);
    const run = (apply: () => void) => (apply(), false); // cut off where the loop would go on
    const guard = { timeoutMs: 1, ready: async () => 1, run };
    const connect: typeof compiled.connect = (to) => ({ ...compiled.connect(to), guard });
    const projection = { ...compiled, isAtomic: false, connect };
    const limits = { fromMs: null, untilMs: null, expected: 3 };
    const state = new OpenState(database, projection, started.record, reader, limits);
    const bound = await reader.bound(signal);
    for await (const batch of reader.read({ after: null, bound, batchMax: 10 }, signal))
      assert.equal((await state.apply(batch, await state.admit(batch))).applied, 3);
    state.save();
    assert.deepEqual(
      database
        .prepare("SELECT k FROM t")
        .all()
        .map((row) => row["k"]),
      [0, 1, 2],
    );
  });

  it("ends what follows the log, and the live state stays", async () => {
    await using work = await openWork(module(LOOP), 2, 300);
    await work.build();
    const { projection, log } = work.request;
    const before = rowsOf(projection.target, "t");
    writeFileSync(work.log, line(2) + line(3), { flag: "a" });
    const turn = `${work.log}.turn`;
    const request = { projection, log, onDamaged: "stop", batchMax: 100, turn } as const;
    const following = followProjection(hosts, request, { onDamaged: assert.ifError }, signal);
    await assert.rejects(following, { code: "PROJECTION_INVALID", message: STUCK });
    assert.deepEqual(rowsOf(projection.target, "t"), before);
  });
});
