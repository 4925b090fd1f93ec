import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import type { RunDocument } from "../../src/app/run-document.ts";
import { EXPECTED, openRegistry, type Registry } from "./registry-site.ts";

// Goal: a recovery brings the states of projections back too, after their logs.
// Method: the real program; states and logs are damaged behind its back.

describe("recover", () => {
  it("rebuilds a state that is not what its log says, and leaves one that is", async () => {
    await using registry = await openRegistry();
    const { site } = registry;
    await site.expect(0, ["rebuild"]);
    alter(registry, "DELETE FROM files WHERE path LIKE 'c%'");
    await site.expect(3, ["recover", "registry"]);
    const dry = await run(registry, ["recover", "--dry-run"]);
    assert.ok(dry.steps.some(({ action }) => action === "rebuild"));
    assert.notDeepEqual(registry.rows(), EXPECTED, "a dry run changes nothing");
    const mended = await run(registry, ["recover", "registry", "--yes"]);
    assert.equal(mended.proof?.equal, true);
    assert.equal(mended.rebuilt[0]?.projection, "registry");
    assert.deepEqual(registry.rows(), EXPECTED);
    const { stdout } = await site.expect(0, ["findings", "--json"]);
    assert.deepEqual((JSON.parse(stdout) as { findings: unknown[] }).findings, []);
    const idle = await run(registry, ["recover", "--yes"]);
    assert.deepEqual(idle.steps, []);
  });

  it("brings back a state that is gone, by full-recovery too, which status then shows", async () => {
    await using registry = await openRegistry();
    const { site } = registry;
    await site.expect(0, ["rebuild"]);
    rmSync(registry.state);
    const { stdout } = await site.expect(0, ["full-recovery", "--yes", "--json"]);
    const document = JSON.parse(stdout) as {
      sound: boolean;
      steps: { recover: { remedies: object[] } };
    };
    assert.equal(document.sound, true);
    assert.ok(
      document.steps.recover.remedies.some((each) =>
        JSON.stringify(each).includes('"registry","remedy":"rebuild"'),
      ),
    );
    assert.deepEqual(registry.rows(), EXPECTED);
    const status = await site.expect(0, ["status", "--json"]);
    const { components } = JSON.parse(status.stdout) as {
      components: { id: string; kind: string; state: string }[];
    };
    assert.deepEqual(
      components.map(({ id, kind, state }) => [id, kind, state]),
      [
        ["history", "store", "up"],
        ["registry", "projection", "up"],
      ],
    );
  });
});

async function run({ site }: Registry, args: readonly string[]): Promise<RunDocument> {
  const { stdout } = await site.expect(0, [...args, "--json"]);
  return JSON.parse(stdout) as RunDocument;
}

function alter({ state }: Registry, sql: string): void {
  const database = new DatabaseSync(state);
  database.exec(sql);
  database.close();
}
