import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import type { VerifyStateDocument } from "../../src/app/projection-documents.ts";
import { EXPECTED, LINES, newEvent, openRegistry, type Registry } from "./registry-site.ts";

// Goal: a state that is not what its log says is found, row by row.
// Method: the real program; the state is changed by hand behind its back.

/** Eight rows of the sample's state. */
const PATHS = EXPECTED.map((row) => row.slice(0, row.indexOf("\t")));

describe("verify-state", () => {
  it("tells how many damaged events it has left out", async () => {
    await using registry = await openRegistry({ log: ", onDamaged: skip" });
    registry.write(LINES.toSpliced(700, 1, "{"));
    await registry.site.expect(6, ["rebuild"]);
    const { stdout } = await registry.site.expect(0, ["verify-state"]);
    assert.equal(
      stdout,
      "registry: is what the log says\n  1 damaged event of the log was left out\n",
    );
  });

  it("names the rows that are missing, extra and changed, and no others", async () => {
    await using registry = await openRegistry();
    await registry.site.expect(0, ["rebuild"]);
    const sound = await verify(registry, 0);
    assert.deepEqual([sound.consistent, sound.differences], [true, []]);
    assert.equal(sound.expected, sound.actual);
    const [gone = "", changed = ""] = PATHS;
    alter(
      registry,
      `DELETE FROM files WHERE path = '${gone}';
      UPDATE files SET mode = '0' WHERE path = '${changed}';
      INSERT INTO files VALUES ('zz/not-in-the-log', 'b', 'm');
      CREATE TABLE mine (a); INSERT INTO mine VALUES (1)`,
    );
    const found = await verify(registry, 1);
    assert.equal(found.consistent, false);
    assert.deepEqual(
      new Set(
        found.differences.map(({ collection, key, kind }) =>
          JSON.stringify([collection, key, kind]),
        ),
      ),
      new Set([
        JSON.stringify(["files", { path: gone }, "missing"]),
        JSON.stringify(["files", { path: "zz/not-in-the-log" }, "extra"]),
        JSON.stringify(["files", { path: changed }, "changed"]),
      ]),
    );
    assert.equal(found.differencesTotal, 3);
    assert.notEqual(found.expected, found.actual);
    assert.deepEqual(
      found.findings.map(({ code, remedies }) => [code, remedies]),
      [["projection.state.differs", ["rebuild"]]],
    );
    assert.deepEqual(registry.left(), [], "nothing is left beside the state");
    await registry.site.expect(0, ["rebuild"]);
    const { stdout } = await registry.site.expect(0, ["findings", "registry", "--json"]);
    assert.deepEqual(JSON.parse(stdout), { findings: [] }, "it is gone with the state");
  });

  it("counts every row of a table that is gone", async () => {
    await using registry = await openRegistry();
    await registry.site.expect(0, ["rebuild"]);
    alter(registry, "DROP TABLE files");
    const found = await verify(registry, 1);
    assert.equal(found.differencesTotal, EXPECTED.length);
    assert.ok(found.differences.every(({ kind }) => kind === "missing"));
    assert.match(found.findings[0]?.description ?? "", /has no table files/);
  });

  it("finds a state that is missing, or no database at all", async () => {
    await using registry = await openRegistry();
    const missing = await verify(registry, 1);
    assert.deepEqual(
      missing.findings.map(({ code }) => code),
      ["projection.state.missing"],
    );
    assert.equal(missing.actual, null);
    await registry.site.expect(0, ["rebuild"]);
    writeFileSync(
      registry.state,
      "this is no database, and long enough to be looked at".repeat(99),
    );
    const broken = await verify(registry, 1);
    assert.deepEqual(
      broken.findings.map(({ code }) => code),
      ["projection.state.unreadable"],
    );
  });

  it("tells what is behind its log, and what another version has built", async () => {
    await using registry = await openRegistry({ projection: "    version: 1\n" });
    await registry.site.expect(0, ["rebuild"]);
    registry.append([newEvent(LINES.length + 1), newEvent(LINES.length + 2)]);
    const late = await verify(registry, 1);
    assert.equal(late.behind, 2);
    assert.deepEqual(
      late.findings.map(({ code }) => code),
      ["projection.state.behind"],
    );
    const yaml = registry.site.join("salvor.yaml");
    writeFileSync(yaml, readFileSync(yaml, "utf8").replace("version: 1", "version: 2"));
    const codes = (await verify(registry, 1)).findings.map(({ code }) => code);
    assert.deepEqual(codes.toSorted(), ["projection.state.behind", "projection.version"]);
    await registry.site.expect(0, ["recover", "--yes"]);
    await verify(registry, 0);
    writeFileSync(yaml, readFileSync(yaml, "utf8").replace("version: 2", "version: 3"));
    const changed = await verify(registry, 1);
    assert.deepEqual([changed.consistent, changed.differences], [true, []]);
    assert.deepEqual(
      changed.findings.map(({ code }) => code),
      ["projection.version"],
    );
    await registry.site.expect(0, ["recover", "--yes"]);
    assert.deepEqual((await verify(registry, 0)).findings, []);
  });
});

async function verify({ site }: Registry, status: number): Promise<VerifyStateDocument> {
  const { stdout } = await site.expect(status, ["verify-state", "registry", "--json"]);
  return JSON.parse(stdout) as VerifyStateDocument;
}

function alter({ state }: Registry, sql: string): void {
  const database = new DatabaseSync(state);
  database.exec(sql);
  database.close();
}
