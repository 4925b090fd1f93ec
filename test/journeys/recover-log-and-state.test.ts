import assert from "node:assert/strict";
import { it } from "node:test";

import type { RebuildDocument } from "../../src/app/projection-documents.ts";
import type { RunDocument } from "../../src/app/run-document.ts";
import { EXPECTED, LINES, openRegistry, replay } from "./registry-site.ts";

// Goal: a damaged log comes first, and then the state that is computed from it.
// Method: the real program, one command; a backup has what was damaged, or has it not.

it("a damaged log is mended from its snapshots, and then the state is built from it", async () => {
  await using registry = await openRegistry();
  const { site } = registry;
  registry.write(LINES.slice(0, 2000));
  await site.expect(0, ["backup"]);
  await site.expect(0, ["rebuild"]);
  const hurt = (LINES[900] ?? "").replace('"mode":"100', '"mode":"110');
  registry.write(LINES.with(900, hurt));
  await site.expect(4, ["verify-state"]);
  const dry = await site.expect(0, ["recover", "registry", "--dry-run", "--json"]);
  const steps = (JSON.parse(dry.stdout) as RunDocument).steps.map(({ action }) => action);
  assert.ok(
    steps.includes("rebuild") && steps.indexOf("merge") < steps.indexOf("rebuild"),
    steps.join(" "),
  );
  const { stdout } = await site.expect(0, ["recover", "registry", "--yes", "--json"]);
  const run = JSON.parse(stdout) as RunDocument;
  assert.deepEqual(run.subject, ["history", "registry"]);
  assert.deepEqual(run.losses, []);
  assert.deepEqual(registry.rows(), EXPECTED, "what is newer than the snapshot is there too");
  await site.expect(0, ["verify-state"]);
});

it("what no snapshot has is declared, and the state stays until somebody decides", async () => {
  await using registry = await openRegistry();
  const { site } = registry;
  registry.write(LINES.slice(0, 500));
  await site.expect(0, ["backup"]);
  await site.expect(0, ["rebuild"]);
  const before = registry.rows();
  const hurt = (LINES[900] ?? "").replace('"mode":"100', '"mode":"110');
  registry.write(LINES.with(900, hurt));
  const { stdout } = await site.expect([4, 6], ["recover", "--yes", "--json"]);
  const run = JSON.parse(stdout) as RunDocument;
  assert.ok(run.losses.some(({ store }) => store === "history"));
  assert.deepEqual(registry.rows(), before);
  await site.expect(6, ["rebuild", "--on-damaged", "skip"]);
  const lost = (JSON.parse(LINES[900] ?? "") as { data: { path: string } }).data.path;
  const others = (rows: readonly string[]) => rows.filter((row) => !row.startsWith(`${lost}\t`));
  assert.deepEqual(others(registry.rows()), others(EXPECTED));
});

it("a state that has more than its log is not built from that without somebody's word", async () => {
  await using registry = await openRegistry();
  const { site } = registry;
  await site.expect(0, ["rebuild"]);
  registry.write(LINES.slice(0, 100));
  const verdict = await site.expect(1, ["verify-state", "--json"]);
  assert.equal((JSON.parse(verdict.stdout) as { ahead: number }).ahead, LINES.length - 100);
  const refused = await site.expect(3, ["recover", "registry", "--yes"]);
  assert.match(refused.stderr, /its log lacks 2,129 events that the state has applied/);
  await site.expect(1, ["full-recovery", "--yes"]);
  assert.deepEqual(registry.rows(), EXPECTED);
  registry.write(LINES);
  await site.expect(0, ["recover", "registry", "--yes"]);
  registry.write(LINES.slice(0, 100));
  const stopped = await site.expect(4, ["rebuild"]);
  assert.match(stopped.stderr, /registry: its log lacks 2,129 events that the state has applied\n/);
  const way = (text: string) => text.slice(text.indexOf("Run ")).split("\n")[0];
  assert.equal(way(stopped.stderr), way(refused.stderr), "both name the same way out");
  assert.match(
    stopped.stderr,
    /"salvor recover history".*"salvor rebuild registry --on-damaged skip"/,
  );
  assert.deepEqual([registry.rows(), registry.left()], [EXPECTED, []]);
  const { stdout } = await site.expect(6, ["rebuild", "--on-damaged", "skip", "--json"]);
  const { losses } = JSON.parse(stdout) as RebuildDocument;
  assert.deepEqual(
    losses.map(({ store, reason }) => [store, reason]),
    [["history", "the replaced state had applied 2,129 events that the log lacks"]],
  );
  assert.deepEqual(registry.rows(), replay(LINES.slice(0, 100)));
  await site.expect(0, ["rebuild"]);
});
