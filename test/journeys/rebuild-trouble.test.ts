import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { describe, it } from "node:test";

import { runProcess, type ProcessResult } from "../support/processes.ts";
import { waitFor } from "../support/wait.ts";
import {
  EXPECTED,
  LINES,
  manyLines,
  openRegistry,
  replay,
  type Registry,
} from "./registry-site.ts";
import { asNobody, NOBODY } from "./nobody.ts";
import { needsRoot, smallDisk } from "./small-disk.ts";

// Goal: whatever is missing (a right, room, the log itself), it is said, the live state stays as it
// is, and the next rebuild ends well once it is there again.
// Method: the real program, from which one thing after the other is taken away.

const OLD = LINES.slice(0, 500);

describe("a right that is missing", () => {
  it("to read the log: no damage, and nothing is left", needsRoot, async () => {
    await using registry = await nobodysRegistry();
    chmodSync(registry.log, 0);
    const refused = await asNobody(registry.site, ["rebuild"]);
    assert.equal(refused.status, 5, refused.stderr);
    assert.match(refused.stderr, /history\.jsonl/);
    assert.deepEqual(registry.rows(), replay(OLD));
    chmodSync(registry.log, 0o600);
    assertDone(await asNobody(registry.site, ["rebuild"]));
    assert.deepEqual(registry.rows(), EXPECTED);
  });

  it("to write beside the state: the state stays", needsRoot, async () => {
    await using registry = await nobodysRegistry();
    chownSync(registry.site.join("state"), 0, 0);
    const refused = await asNobody(registry.site, ["rebuild"]);
    assert.equal(refused.status, 5, refused.stderr);
    assert.match(refused.stderr, /state\/registry\.sqlite may not be read or written here/);
    assert.deepEqual(registry.rows(), replay(OLD));
    assert.deepEqual(registry.left(), []);
    chownSync(registry.site.join("state"), NOBODY, NOBODY);
    assertDone(await asNobody(registry.site, ["rebuild"]));
    assert.deepEqual(registry.rows(), EXPECTED);
  });

  it("others have to the code of a projection: it is not trusted", async () => {
    await using registry = await openRegistry({ form: "code" });
    chmodSync(registry.site.join("registry.ts"), 0o666);
    const { stderr } = await registry.site.expect(3, ["rebuild"]);
    assert.match(stderr, /registry\.ts is not trusted: it can be written by others/);
    const { stdout } = await registry.site.expect(2, ["config", "check"]);
    assert.match(stdout, /projections\.registry\.module/);
  });
});

it("a full disk costs an attempt, and nothing else", needsRoot, async (t) => {
  await using disk = await smallDisk(16);
  if (disk === null) return t.skip("no file system may be mounted here");
  await using registry = await openRegistry({ parent: disk.path });
  registry.write(OLD);
  await registry.site.expect(0, ["rebuild"]);
  registry.write(manyLines(3));
  const wanted = replay(manyLines(3));
  const seen = new Set<number | null>();
  for (const bytes of [0, 200_000, 900_000, 1_800_000, 8_000_000]) {
    disk.leave(bytes);
    const { status, stderr } = await registry.site.expect([0, 5], ["rebuild"]);
    seen.add(status);
    if (status === 5) assert.match(stderr, /no room|needs \d+ bytes|full|Check free space/, stderr);
    const rows = registry.rows();
    assert.ok(rows.length === replay(OLD).length || rows.length === wanted.length);
  }
  assert.deepEqual(seen, new Set([5, 0]), "it was full once, and had room at last");
  disk.free();
  await registry.site.expect(0, ["rebuild"]);
  assert.deepEqual(registry.rows(), wanted);
  assert.deepEqual(registry.left(), []);
});

describe("a log that goes away", () => {
  it("in the middle: the state stays, and the build goes on when it is back", async () => {
    await using registry = await openRegistry();
    const { site, log } = registry;
    registry.write(OLD);
    await site.expect(0, ["rebuild"]);
    registry.write(manyLines(8));
    const running = site.start(["rebuild", "--batch-size", "200"]);
    await waitFor("the draft", () => existsSync(site.join("state", DRAFT)));
    renameSync(log, `${log}.away`);
    const { status, stderr } = await running.finished;
    // Whoever has it open may read it to its end.
    assert.ok(status === 0 || status === 5, stderr);
    const rows = registry.rows();
    assert.ok([OLD, manyLines(8)].some((lines) => replay(lines).length === rows.length));
    const gone = await site.expect(5, ["rebuild"]);
    assert.match(gone.stderr, /history\.jsonl is not there\n.*"salvor restore history@latest/);
    renameSync(`${log}.away`, log);
    await site.expect(0, ["rebuild"]);
    assert.deepEqual(registry.rows(), replay(manyLines(8)));
    assert.deepEqual(registry.left(), []);
  });

  it("and is a pipe or a folder by now: nobody waits for it", async () => {
    await using registry = await openRegistry();
    await registry.site.expect(0, ["rebuild"]);
    rmSync(registry.log);
    await runProcess("mkfifo", [registry.log]);
    const pipe = await registry.site.run(["rebuild"], { timeoutMs: 20_000 });
    assert.ok(pipe.status !== null && pipe.status > 0 && pipe.status < 70, pipe.stderr);
    rmSync(registry.log);
    mkdirSync(registry.log);
    const folder = await registry.site.run(["rebuild"], { timeoutMs: 20_000 });
    assert.ok(folder.status !== null && folder.status > 0 && folder.status < 70, folder.stderr);
    assert.deepEqual(registry.rows(), EXPECTED);
  });

  it("and comes back with other events: what was built of the old ones is not gone on with", async () => {
    await using registry = await openRegistry();
    const { site } = registry;
    registry.write(manyLines(4));
    const running = site.start(["rebuild", "--batch-size", "100"]);
    await waitFor("the draft", () => existsSync(site.join("state", DRAFT)));
    running.killGroup();
    await running.finished;
    registry.write(LINES);
    await site.expect(0, ["rebuild"]);
    assert.deepEqual(registry.rows(), EXPECTED);
  });
});

const DRAFT = ".registry.sqlite.salvor-rebuild";

/** A registry of a user without rights, with a state of the first events. */
async function nobodysRegistry(): Promise<Registry> {
  const registry = await openRegistry();
  registry.write(OLD);
  const { site } = registry;
  await runProcess("chown", ["-R", `${NOBODY}:${NOBODY}`, site.path]);
  chmodSync(site.path, 0o755);
  assertDone(await asNobody(registry.site, ["rebuild"]));
  registry.write(LINES);
  return registry;
}

function assertDone({ status, stdout, stderr }: ProcessResult): void {
  assert.equal(status, 0, `${stdout}${stderr}`);
}
