import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import type { RebuildDocument } from "../../src/app/projection-documents.ts";
import type { RunDocument } from "../../src/app/run-document.ts";
import {
  EXPECTED,
  LINES,
  newEvent,
  openRegistry,
  replay,
  sealed,
  type Registry,
} from "./registry-site.ts";

// Goal: damage in a log is never applied and never passed over in silence, and the live state stays
// whatever happens.
// Method: the real program; one event after the other is damaged, under every policy.

/** An event that is damaged, in the middle of the log. */
const HURT = 1000;
const GOOD = LINES.slice(0, 500);

describe("a damaged event in the log", () => {
  it("ends a rebuild under stop: the live state stays, what was built is kept and gone on with", async () => {
    await using registry = await openRegistry();
    registry.write(GOOD);
    await registry.site.expect(0, ["rebuild"]);
    registry.write(withFlip());
    const { stderr } = await registry.site.expect(4, ["rebuild", "registry"]);
    assert.match(stderr, /history\.jsonl.*1001/);
    assert.match(stderr, /"salvor rebuild registry" goes on with it.*--discard" removes it/);
    assert.deepEqual(registry.rows(), replay(GOOD));
    assert.deepEqual(registry.left(), [".registry.sqlite.salvor-rebuild"]);
    assert.equal(kept(registry).length, 1);
    assertTidy(registry);
    const { stdout } = await registry.site.expect(0, ["runs", "--json"]);
    const [failed] = (JSON.parse(stdout) as { runs: readonly RunDocument[] }).runs;
    assert.deepEqual([failed?.status, failed?.losses], ["undone", []], "nothing was lost by it");

    const again = await rebuild(registry, 6, ["--on-damaged", "skip"]);
    assert.deepEqual([again.corrupted, again.applied], [1, LINES.length - 1]);
    assert.deepEqual(registry.rows(), replay(LINES.filter((_, at) => at !== HURT)));
    assert.deepEqual(
      again.losses.map(({ store, location }) => [store, location["line"]]),
      [["history", HURT + 1]],
    );
    assert.deepEqual(registry.left(), []);
    assert.equal(kept(registry).length, 1, "the same damage is kept once");
  });

  it("is removed with what was built, where that is asked", async () => {
    await using registry = await openRegistry();
    registry.write(withFlip());
    await registry.site.expect(4, ["rebuild"]);
    const { stdout } = await registry.site.expect(0, [
      "rebuild",
      "registry",
      "--discard",
      "--json",
    ]);
    const discarded = JSON.parse(stdout) as RebuildDocument;
    assert.match(discarded.draft ?? "", /\.registry\.sqlite\.salvor-rebuild$/);
    assert.equal(discarded.outcome, "discarded");
    assert.deepEqual(registry.left(), []);
    assert.equal(existsSync(registry.state), false);
  });

  it("is declared under skip, with the file that keeps it, and is no loss twice", async () => {
    await using registry = await openRegistry({ log: ", onDamaged: skip" });
    registry.write(withFlip());
    const built = await rebuild(registry, 6);
    assert.equal(built.corrupted, 1);
    assert.equal(
      built.damagedEvents,
      registry.site.join(".salvor/quarantine/events/history.jsonl"),
    );
    const [line] = kept(registry);
    assert.deepEqual([line?.file, line?.line], ["history.jsonl", HURT + 1]);
    assert.ok(JSON.stringify(line?.bytes).includes("file."));
    await registry.site.expect(6, ["rebuild"]);
    assert.equal(kept(registry).length, 1);
    await registry.site.expect(0, ["verify-state"]);
  });

  it("is not forgotten where only what is new is applied, also when it is whole again", async () => {
    await using registry = await openRegistry();
    registry.write(withFlip());
    await rebuild(registry, 6, ["--on-damaged", "skip"]);
    registry.write(LINES);
    const later = ["rebuild", "registry", "--from-timestamp", "0"];
    const { stderr } = await registry.site.expect(3, later);
    assert.match(stderr, /events were left out of it[^]*"salvor rebuild registry"/);
    const built = await rebuild(registry, 6, [...later.slice(2), "--on-damaged", "skip"]);
    assert.deepEqual([built.applied, built.corrupted], [0, 1]);
    await registry.site.expect(0, ["rebuild"]);
    assert.deepEqual(registry.rows(), EXPECTED);
  });

  it("ends a rebuild where there are too many", async () => {
    await using registry = await openRegistry();
    registry.write(LINES.map((line, at) => ([10, 20, 30].includes(at) ? flip(line) : line)));
    await registry.site.expect(4, ["rebuild", "--on-damaged", "3"]);
    const built = await rebuild(registry, 6, ["--on-damaged", "4"]);
    assert.equal(built.corrupted, 3);
    // Those before the draft was gone on with are told by the file that keeps them.
    assert.deepEqual(
      built.losses.map(({ location }) => location["line"]),
      [31, undefined],
    );
    assert.match(built.losses[1]?.reason ?? "", /^2 more events .*history\.jsonl lists all$/);
    const { stderr } = await registry.site.expect(2, ["rebuild", "--on-damaged", "some"]);
    assert.match(stderr, /"some" is no policy/);
  });
});

describe("what is no event", () => {
  const cases: readonly (readonly [what: string, lines: readonly string[]])[] = [
    ["a torn last line", [...LINES.slice(0, -1), (LINES.at(-1) ?? "").slice(0, 40)]],
    ["a line that is no JSON", LINES.with(HURT, "{ no: JSON")],
    ["a line of zeros", LINES.with(HURT, "\0".repeat(80))],
    ["an event that is gone", LINES.filter((_, at) => at !== HURT)],
    ["an id that comes again with other content", [...LINES, secondOf(LINES[7] ?? "")]],
    ["an event without its key", [...LINES, withoutPath()]],
  ];
  for (const [what, lines] of cases) {
    it(`${what}: stops, or is skipped and declared`, async () => {
      await using registry = await openRegistry();
      registry.write(lines);
      await registry.site.expect(4, ["rebuild"]);
      assert.equal(existsSync(registry.state), false);
      const built = await rebuild(registry, 6, ["--on-damaged", "skip"]);
      assert.equal(built.corrupted, 1, what);
      assert.ok(built.losses.length === 1);
    });
  }
});

describe("a state that has lost its tables", () => {
  it("is built again, whatever else was put into it", async () => {
    await using registry = await openRegistry();
    await registry.site.expect(0, ["rebuild"]);
    const database = new DatabaseSync(registry.state);
    database.exec("DROP TABLE files; DROP TABLE salvor_projection; CREATE TABLE other (a)");
    database.close();
    await rebuild(registry, 0);
    assert.deepEqual(registry.rows(), EXPECTED);
  });
});

interface Kept {
  readonly file: string;
  readonly line: number;
  readonly bytes: unknown;
}

/** What was put aside, as the file of damaged events has it. */
function kept({ site }: Registry): readonly Kept[] {
  const text = readFileSync(site.join(".salvor", "quarantine", "events", "history.jsonl"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Kept);
}

/** No scratch is left, and no lock is held. */
function assertTidy({ site }: Registry): void {
  const scratch = site.join(".salvor", "scratch");
  const left = existsSync(scratch)
    ? readdirSync(scratch).filter((name) => name.startsWith("scratch_"))
    : [];
  assert.deepEqual(left, []);
}

async function rebuild(
  { site }: Registry,
  status: number,
  more: readonly string[] = [],
): Promise<RebuildDocument> {
  const { stdout } = await site.expect(status, ["rebuild", "registry", "--json", ...more]);
  return JSON.parse(stdout) as RebuildDocument;
}

function withFlip(): readonly string[] {
  return LINES.with(HURT, flip(LINES[HURT] ?? ""));
}

/** One bit of the mode, which no JSON parser minds. */
function flip(line: string): string {
  return line.replace('"mode":"100', '"mode":"110');
}

function secondOf(line: string): string {
  const { id } = JSON.parse(line) as { id: string };
  return newEvent(LINES.length + 1, { id });
}

function withoutPath(): string {
  const event = JSON.parse(newEvent(LINES.length + 1)) as { data?: object; checksum?: string };
  const { checksum: _, ...rest } = event;
  return sealed(JSON.stringify({ ...rest, data: { blob: "b" } }));
}
