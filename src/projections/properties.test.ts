import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";

import fc from "fast-check";

import type { JsonObject } from "../core/json.ts";
import { DYING_LOG } from "../../test/support/dying-log.ts";
import { memoryFolder } from "../../test/support/folder.ts";
import { SEED } from "../../test/support/seed.ts";
import { buildHere, buildRequest, eventLine, registry, removeState, rowsOf } from "./samples.ts";
import type { BuildRequest } from "./types.ts";

const RUNS = Number(process.env["RUNS"] ?? 4);
const parameters = { seed: SEED, numRuns: RUNS, endOnFailure: true };

interface Change {
  readonly kind: "put" | "touch" | "drop" | "other";
  readonly key: string;
  readonly value: number;
  readonly second: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom("put", "put", "touch", "drop", "other"),
  key: fc.constantFrom("a", "b", "c", "d", "ü", ""),
  value: fc.integer({ min: -5, max: 5 }),
  second: fc.nat({ max: 9 }),
});

/** A log of changes, some of them delivered again later: indexes of earlier ones in between. */
const delivered = fc
  .array(change, { minLength: 1, maxLength: 60 })
  .chain((changes) =>
    fc.tuple(fc.constant(changes), fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 })),
  )
  .map(([changes, again]) => {
    const order = changes.map((_, at) => at);
    for (const [which, where] of again) {
      const at = which % changes.length;
      const first = order.indexOf(at);
      order.splice(first + 1 + (where % (order.length - first)), 0, at);
    }
    return { changes, order };
  });

const projection = registry({
  tables: {
    files: {
      key: ["key"],
      columns: { key: "text", value: "integer", touched: "integer" },
      indexes: [["value"]],
    },
  },
  form: {
    kind: "declarative",
    on: {
      put: [{ upsert: "files", set: { key: "data.key", value: "data.value", touched: "data.no" } }],
      touch: [{ upsert: "files", set: { key: "data.key", touched: "data.value" } }],
      drop: [{ delete: "files", key: ["data.key"] }],
    },
    upcast: {},
  },
});

function line({ kind, key, value, second }: Change, id: number, sequence: number): string {
  const time = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  const event: JsonObject = { id: `e${id}`, type: kind, time, data: { key, value } };
  return eventLine({ ...event, sequence: String(sequence + 1) });
}

function linesOf(changes: readonly Change[], order: readonly number[]): string[] {
  return order.map((id, at) => line(changes[id] as Change, id, at));
}

/** The same by a plain replay that knows nothing of batches, duplicates and databases. */
function replayed(changes: readonly Change[]): readonly string[] {
  const rows = new Map<string, { value: number | null; touched: number | null }>();
  for (const { kind, key, value } of changes) {
    if (kind === "put") rows.set(key, { value, touched: null });
    if (kind === "touch") rows.set(key, { value: rows.get(key)?.value ?? null, touched: value });
    if (kind === "drop") rows.delete(key);
  }
  return [...rows]
    .map(([key, { value, touched }]) => `${key}\t${value ?? ""}\t${touched ?? ""}`)
    .toSorted();
}

/** Builds until it is not interrupted any more. */
async function buildInterrupted(
  request: BuildRequest,
  stops: readonly (readonly [batches: number, batchMax: number])[],
): Promise<void> {
  for (const [batches, batchMax] of stops) {
    const input = { log: request.log.input, batches, end: "throw" };
    const log = { module: DYING_LOG, input };
    const isOver = await buildHere({ ...request, log, batchMax }).then(
      () => true,
      (error: Error) => {
        assert.equal(error.message, "the log has died");
        return false;
      },
    );
    if (isOver) return;
  }
}

const stops = fc.array(fc.tuple(fc.nat({ max: 4 }), fc.integer({ min: 1, max: 9 })), {
  maxLength: 3,
});

describe(`a state (SEED=${SEED})`, () => {
  it("is the same however it is split, interrupted, repeated and delivered again", async () => {
    await using folder = await memoryFolder();
    const property = fc.asyncProperty(
      delivered,
      stops,
      fc.integer({ min: 1, max: 30 }),
      async ({ changes, order }, breaks, batchMax) => {
        const [log, draft] = [folder.join("log.jsonl"), folder.join("draft.sqlite")];
        removeState(draft);
        writeFileSync(log, linesOf(changes, order).join(""));
        const options = { sequence: "contiguous" };
        const request = buildRequest(log, draft, { projection, batchMax }, options);
        await buildInterrupted(request, breaks);
        const { result } = await buildHere(request);
        assert.deepEqual(rowsOf(draft), replayed(changes));
        assert.equal(result.applied, changes.length);
        assert.equal(result.duplicates, order.length - changes.length);
      },
    );
    await fc.assert(property, parameters);
  });

  it("that goes on with what is new equals one from the beginning", async () => {
    await using folder = await memoryFolder();
    const property = fc.asyncProperty(
      delivered,
      fc.array(fc.nat(), { maxLength: 3 }),
      stops,
      async ({ changes, order }, cuts, breaks) => {
        const [log, state] = [folder.join("log.jsonl"), folder.join("state.sqlite")];
        removeState(state);
        const lines = linesOf(changes, order);
        const places = cuts.map((cut) => cut % lines.length).toSorted((one, two) => one - two);
        let from = 0;
        writeFileSync(log, "");
        for (const [at, to] of [...places, lines.length].entries()) {
          appendFileSync(log, lines.slice(from, to).join(""));
          from = to;
          const fromMs = at === 0 ? null : 0;
          const request = buildRequest(log, state, { projection, fromMs, build: `${at}` });
          await buildInterrupted(request, breaks);
          await buildHere(request);
        }
        assert.deepEqual(rowsOf(state), replayed(changes));
      },
    );
    await fc.assert(property, parameters);
  });

  it("of any time of the past is that of a plain replay to that time", async () => {
    await using folder = await memoryFolder();
    const property = fc.asyncProperty(
      delivered,
      fc.nat({ max: 10 }),
      async ({ changes, order }, second) => {
        const [log, draft] = [folder.join("log.jsonl"), folder.join("draft.sqlite")];
        removeState(draft);
        writeFileSync(log, linesOf(changes, order).join(""));
        const untilMs = Date.UTC(2026, 0, 1, 0, 0, second);
        await buildHere(buildRequest(log, draft, { projection, untilMs }));
        assert.deepEqual(rowsOf(draft), replayed(changes.filter((each) => each.second <= second)));
      },
    );
    await fc.assert(property, parameters);
  });

  it("is never built over a flipped bit in silence", async () => {
    await using folder = await memoryFolder();
    const [log, good, draft] = ["log.jsonl", "good.jsonl", "draft.sqlite"].map((name) =>
      folder.join(name),
    ) as [string, string, string];
    const changes = Array.from({ length: 8 }, (_, value): Change => {
      return { kind: "put", key: "ü", value, second: 1 };
    });
    writeFileSync(good, linesOf(changes, [...changes.keys()]).join(""));
    const { result } = await buildHere(buildRequest(good, draft, { projection }));
    const bits = (result.checkpoint?.offset ?? 0) * 8;
    const property = fc.asyncProperty(fc.nat({ max: bits - 1 }), async (bit) => {
      removeState(draft);
      copyFileSync(good, log);
      flip(log, bit);
      const request = buildRequest(log, draft, { projection, onDamaged: "skip" });
      const { result, damaged } = await buildHere(request);
      assert.ok(result.corrupted > 0, `bit ${bit} was not seen`);
      assert.equal(damaged.length, result.corrupted);
      removeState(draft);
      const strict = { projection, onDamaged: "stop" } as const;
      await assert.rejects(buildHere(buildRequest(log, draft, strict)), { code: "LOG_DAMAGED" });
    });
    await fc.assert(property, parameters);
  });
});

function flip(path: string, bit: number): void {
  const bytes = readFileSync(path);
  const at = bit >>> 3;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
  writeFileSync(path, bytes);
}
