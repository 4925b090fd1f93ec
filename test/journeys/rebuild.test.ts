import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import type { RebuildDocument } from "../../src/app/projection-documents.ts";
import { seededRandom } from "../support/random.ts";
import { SEED } from "../support/seed.ts";
import { EXPECTED, LINES, newEvent, openRegistry, type Registry, replay } from "./registry-site.ts";

// Goal: the state is what the log says, whatever of the log is asked for, and nothing is left behind.
// Method: the real program on the sample's log; its rows against a plain replay of the lines.

for (const form of ["declarative", "code"] as const) {
  it(`the ${form} form builds what the sample's maker says`, async () => {
    await using registry = await openRegistry({ form });
    const built = await rebuild(registry);
    assert.deepEqual(registry.rows(), EXPECTED);
    assert.deepEqual(summary(built), {
      projection: "registry",
      target: registry.state,
      events: LINES.length,
      applied: LINES.length,
      duplicates: 0,
      corrupted: 0,
      outcome: "rebuilt",
    });
    assert.ok(built.eventsPerSecond > 0);
    assert.match(built.digest ?? "", /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual([built.checkpoint?.file, built.checkpoint?.line], ["history.jsonl", 2229]);
    assert.deepEqual(registry.left(), []);
    const again = await rebuild(registry);
    assert.equal(again.digest, built.digest);
    assert.ok(again.quarantine !== null && readdirSync(again.quarantine).length > 0);
    assert.deepEqual(registry.rows(), EXPECTED);
    assert.deepEqual(registry.left(), []);
  });
}

it("both forms give one digest", async () => {
  const digests = [];
  for (const form of ["declarative", "code"] as const) {
    await using registry = await openRegistry({ form });
    digests.push((await rebuild(registry)).digest);
  }
  assert.equal(digests[0], digests[1]);
});

describe("a rebuild of some of the events", () => {
  it(`gives the state of any time, several events at one time together (SEED=${SEED})`, async () => {
    await using registry = await openRegistry();
    const random = seededRandom(SEED);
    const times = [...new Set(LINES.map(timeOf))];
    for (const [at, time] of [times[random.below(times.length)] ?? "", times[0] ?? ""].entries()) {
      const expected = replay(LINES.filter((line) => timeOf(line) <= time));
      for (const asked of [time, String(Date.parse(time))]) {
        const to = `then-${at}-${asked === time ? "text" : "ms"}.sqlite`;
        const built = await rebuild(registry, ["--until-timestamp", asked, "--to", to]);
        assert.deepEqual(registry.rows(registry.site.join(to)), expected, time);
        assert.equal(built.target, registry.site.join(to));
      }
    }
    assert.deepEqual(registry.left(), [], "the live state was not touched");
    const left = readdirSync(registry.site.path).filter((name) => name.includes("salvor-rebuild"));
    assert.deepEqual(left, []);
  });

  it("refuses a file that exists, and asks for both --until-timestamp and --to", async () => {
    await using registry = await openRegistry();
    const { site } = registry;
    writeFileSync(site.join("taken"), "mine");
    const until = ["rebuild", "--until-timestamp", "2024-01-01T00:00:00Z"];
    const { stderr } = await site.expect(3, [...until, "--to", "taken"]);
    assert.match(stderr, /taken exists already/);
    await site.expect(2, until);
    await site.expect(2, ["rebuild", "--to", "new"]);
    await site.expect(2, [...until, "--to", "new", "--from-timestamp", "0"]);
  });

  it("says what a time looks like, when it is none", async () => {
    await using registry = await openRegistry();
    for (const word of ["yesterday", "2024-13-01T00:00:00Z", "2024-01-01", "1e12", ""]) {
      const { stderr } = await registry.site.expect(2, ["rebuild", "--from-timestamp", word]);
      assert.match(stderr, /is not a time for --from-timestamp\n.*milliseconds since 1970/);
    }
  });

  it("goes on from a copy of the live state, and refuses a gap", async () => {
    await using registry = await openRegistry();
    registry.write(LINES.slice(0, 1500));
    await rebuild(registry);
    registry.write(LINES);
    const gap = ["rebuild", "--from-timestamp", timeOf(LINES[1900] ?? ""), "--json"];
    const { stderr } = await registry.site.expect(3, gap);
    assert.match(stderr, /event/);
    assert.deepEqual(registry.rows(), replay(LINES.slice(0, 1500)), "the live state stays");
    const more = await rebuild(registry, ["--from-timestamp", timeOf(LINES[1500] ?? "")]);
    assert.deepEqual(registry.rows(), EXPECTED);
    assert.equal(more.applied, LINES.length - 1500);
    const none = await rebuild(registry, ["--from-timestamp", "2026-11-01T00:00:00Z"]);
    assert.deepEqual([none.applied, none.corrupted], [0, 0], "nothing is new");
    assert.equal(none.digest, more.digest);
    assert.deepEqual(registry.left(), []);
  });

  it("has no live state to go on with before the first one", async () => {
    await using registry = await openRegistry();
    const { stderr } = await registry.site.expect(5, ["rebuild", "--from-timestamp", "0"]);
    assert.match(stderr, /is missing, and cannot be gone on with\n.*salvor rebuild registry/);
    assert.deepEqual(registry.left(), []);
  });
});

describe("rebuild", () => {
  it("counts an event that is delivered twice, and applies it once", async () => {
    await using registry = await openRegistry({ log: ", sequence: free" });
    const repeated = [...LINES, ...LINES.slice(100, 200)];
    registry.write(repeated);
    const built = await rebuild(registry);
    assert.deepEqual([built.duplicates, built.applied], [100, LINES.length]);
    assert.deepEqual(registry.rows(), EXPECTED);
  });

  it("shows its plan and does nothing, where that is asked", async () => {
    await using registry = await openRegistry();
    const { site } = registry;
    const { stdout } = await site.expect(0, ["rebuild", "--dry-run"]);
    assert.match(stdout, /Build .*registry\.sqlite/);
    assert.match(stdout, /Put .* in the place of/);
    assert.deepEqual(registry.left(), []);
  });

  it("takes any size of a batch, and answers all projections together", async () => {
    await using registry = await openRegistry({
      projection: `  paths:
    log: history
    target: ./state/paths.sqlite
    tables: { seen: { key: path, columns: { path: text, type: text } } }
    on:
      file.added: { upsert: seen, set: { path: subject, type: type } }
`,
    });
    const { stdout } = await registry.site.expect(0, ["rebuild", "--json", "--batch-size", "7"]);
    const { results } = JSON.parse(stdout) as { results: readonly RebuildDocument[] };
    assert.deepEqual(
      results.map(({ projection }) => projection),
      ["registry", "paths"],
    );
    assert.deepEqual(registry.rows(), EXPECTED);
    const paths = new DatabaseSync(registry.site.join("state", "paths.sqlite"));
    const added = new Set(
      LINES.map((line) => JSON.parse(line) as { type: string; subject: string })
        .filter(({ type }) => type === "file.added")
        .map(({ subject }) => subject),
    );
    assert.equal(paths.prepare("SELECT count(*) n FROM seen").get()?.["n"], added.size);
    paths.close();
  });

  it("is a method of the library that tells how far it is", async () => {
    await using registry = await openRegistry();
    await using salvor = await registry.site.open();
    const told: number[] = [];
    const built = await salvor.rebuild({ onProgress: ({ events }) => told.push(events) });
    assert.ok(!("results" in built));
    assert.equal(built.events, LINES.length);
    assert.equal(told.at(-1), LINES.length);
    await assert.rejects(salvor.rebuild({ projections: ["registri"] }), /no projection "registri"/);
  });

  it("builds anew what another version has built", async () => {
    await using registry = await openRegistry({ projection: "    version: 1\n" });
    await rebuild(registry);
    const yaml = registry.site.join("salvor.yaml");
    writeFileSync(yaml, readFileSync(yaml, "utf8").replace("version: 1", "version: 2"));
    registry.append([newEvent(LINES.length + 1)]);
    const late = ["rebuild", "--from-timestamp", "2026-11-01T00:00:00Z"];
    const { stderr } = await registry.site.expect([2, 3], late);
    assert.match(stderr, /version|definition/);
    await rebuild(registry);
    assert.equal(registry.rows().length, EXPECTED.length + 1);
  });
});

async function rebuild({ site }: Registry, more: readonly string[] = []): Promise<RebuildDocument> {
  const { stdout } = await site.expect(0, ["rebuild", "registry", "--json", ...more]);
  return JSON.parse(stdout) as RebuildDocument;
}

function summary(document: RebuildDocument): Partial<RebuildDocument> {
  const { projection, target, events, applied, duplicates, corrupted, outcome } = document;
  return { projection, target, events, applied, duplicates, corrupted, outcome };
}

function timeOf(line: string): string {
  return (JSON.parse(line) as { time: string }).time;
}
