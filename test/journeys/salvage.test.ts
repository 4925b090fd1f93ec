import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, it, test } from "node:test";

import type { SalvageDocument } from "../../src/app/salvage-document.ts";
import { memoryFolder, temporaryFolder, type TemporaryFolder } from "../support/folder.ts";
import { runProcess } from "../support/processes.ts";
import { seededRandom } from "../support/random.ts";
import {
  cleanEnvironment,
  expectSalvor,
  NODE,
  PROJECT,
  SALVOR,
  startSalvor,
} from "../support/salvor.ts";
import { SEED } from "../support/seed.ts";
import { requireTool } from "../support/tools.ts";
import { DocumentSite } from "./document-site.ts";
import { logSite } from "./log-site.ts";
import { asNobody } from "./nobody.ts";
import { needsRoot } from "./small-disk.ts";

// Goal: without any backup, all that can be read of a damaged store is in a new place, what is not is named,
// and no byte of the store itself has changed.
// Method: real documents, damaged in ways that are known; disks, rights and kills in the way.

const DONE = 0;
const USAGE = 2;
const REFUSED = 3;
const LOSSES = 6;

/** Runs a salvage, and holds it to what is so whatever it salvages. */
async function salvage(
  cwd: string,
  status: number,
  ...args: readonly string[]
): Promise<SalvageDocument> {
  const home = { HOME: join(cwd, "home") };
  const { stdout } = await expectSalvor(status, ["salvage", ...args, "--json"], { cwd, env: home });
  const told = JSON.parse(stdout) as SalvageDocument;
  for (const { path, sha256Before, sha256After } of told.inputs)
    assert.equal(sha256Before, sha256After, path);
  assert.ok(existsSync(told.reports.html), "no report");
  assert.deepEqual(told.pages, {});
  assert.deepEqual(JSON.parse(readFileSync(told.reports.json, "utf8")), told);
  const drafts = readdirSync(cwd).filter((name) => name.endsWith(".salvor-salvage"));
  assert.deepEqual(drafts, []);
  return told;
}

describe("a folder of documents, without a salvor.yaml", () => {
  it("gives all that can be read, and names what cannot", async () => {
    await using folder = await contracts();
    const at = (name: string): string => folder.join("data", "contracts", name);
    const whole = readFileSync(at("CNT-0003.json"), "utf8");
    writeFileSync(at("CNT-0001.json"), readFileSync(at("CNT-0001.json")).subarray(0, 200));
    writeFileSync(at("CNT-0002.json"), "");
    renameSync(at("CNT-0004.json"), at("CNT-0004.JSON"));
    writeFileSync(at("CNT-0003.json"), whole.replace(",", ""));
    const told = await salvage(folder.path, LOSSES, "data", "--to", "out");
    const counts = { recovered: 248, expected: null, partial: 1, flagged: 1, deleted: 0, lost: 1 };
    assert.deepEqual(told.collections, { documents: counts });
    assert.deepEqual(
      told.losses.map(({ location }) => location["file"]),
      ["contracts/CNT-0001.json", "contracts/CNT-0002.json"],
    );
    assert.deepEqual(
      JSON.parse(readFileSync(folder.join("out/contracts/CNT-0003.json"), "utf8")),
      JSON.parse(whole),
    );
    assert.ok(!existsSync(folder.join("out/contracts/CNT-0002.json")));
    assert.equal(
      readFileSync(join(told.kept, "round-1/before/contracts/CNT-0002.json"), "utf8"),
      "",
    );
    for (const name of readdirSync(folder.join("out", "contracts"))) {
      if (["CNT-0001.json", "CNT-0003.json"].includes(name)) continue;
      assert.deepEqual(
        readFileSync(folder.join("out", "contracts", name)),
        readFileSync(at(name)),
        name,
      );
    }
  });

  it("is copied as it is where nothing is wrong", async () => {
    await using folder = await contracts();
    symlinkSync("data", folder.join("link"));
    const told = await salvage(folder.path, DONE, "link", "--to", "out");
    assert.deepEqual(told.losses, []);
    assert.deepEqual(contentOf(folder.join("out")), contentOf(folder.join("data")));
  });

  it("is not salvaged into itself, or over something", async () => {
    await using folder = await contracts();
    const refuse = (status: number, ...args: readonly string[]): Promise<unknown> =>
      expectSalvor(status, ["salvage", ...args], { cwd: folder.path });
    writeFileSync(folder.join("taken"), "mine");
    await refuse(REFUSED, "data", "--to", "taken");
    await refuse(REFUSED, "data", "--to", "data/out");
    await refuse(USAGE, "data", "--to", "nowhere/out");
    await refuse(USAGE, "data");
    await refuse(USAGE, "nothing", "--to", "out");
    await refuse(USAGE, join(PROJECT, "test/data/chinook.sqlite"), "--to", "out");
    await refuse(USAGE, "data", "--to", "out", "--schema", "taken");
    assert.equal(readFileSync(folder.join("taken"), "utf8"), "mine");
    assert.ok(!existsSync(folder.join("out")));
  });
});

test("of JSON Lines every whole line is there, byte by byte", async () => {
  await using folder = await memoryFolder();
  const lines = Array.from({ length: 500 }, (_, id) => `{"id": ${id}, "n": 1.${id}0}`);
  const damaged = lines.with(100, "\0".repeat(20)).with(300, '{"id": 300, "n"');
  writeFileSync(folder.join("log.jsonl"), damaged.join("\n"), { mode: 0o640 });
  const told = await salvage(folder.path, LOSSES, "log.jsonl", "--to", "mended.jsonl");
  const mended = readFileSync(folder.join("mended.jsonl"), "utf8").trimEnd().split("\n");
  const whole = lines.filter((_, id) => id !== 100 && id !== 300);
  assert.deepEqual(
    mended.filter((line) => whole.includes(line)),
    whole,
  );
  assert.equal(told.collections["documents"]?.["recovered"], mended.length);
  assert.ok(told.losses.length >= 2, "two lines were damaged");
});

test("a store of salvor.yaml is held against its newest snapshot", async () => {
  await using site = new DocumentSite(await memoryFolder());
  await site.expect(DONE, "backup");
  site.write("agents.json", readFileSync(site.path("agents.json"), "utf8").replace("[", "[ {#"));
  site.write("contracts/CNT-0001.json", "");
  const { path } = site.folder;
  const told = await salvage(path, LOSSES, "contracts", "--to", "out");
  assert.equal(told.collections["contracts"]?.["expected"], 240);
  assert.equal(told.collections["contracts"]?.["recovered"], 239);
  assert.equal(told.collections["contracts"]?.["lost"], 1);
});

test("a schema decides which parts are kept", async () => {
  await using folder = await contracts();
  const file = folder.join("data/contracts/CNT-0001.json");
  writeFileSync(file, readFileSync(file).subarray(0, 300));
  const schema = {
    anyOf: [
      { type: "array" },
      { required: ["title", "created_at"] },
      { not: { required: ["contract_id"] } },
    ],
  };
  writeFileSync(folder.join("schema.json"), JSON.stringify(schema));
  const args = ["data", "--to", "strict", "--schema", "schema.json"];
  const told = await salvage(folder.path, LOSSES, ...args);
  const { partial, lost } = told.collections["documents"] ?? {};
  assert.deepEqual({ partial, lost }, { partial: 0, lost: 1 });
});

test("an event log keeps every event that is whole", async () => {
  await using folder = await memoryFolder();
  await logSite(folder, "./history.jsonl");
  const sample = readFileSync(join(PROJECT, "test/data/events/history.jsonl"), "utf8").split("\n");
  const lines = sample.slice(0, 50);
  writeFileSync(
    folder.join("history.jsonl"),
    `${lines.with(20, lines[20]?.replace("a", "b") ?? "").join("\n")}\n`,
  );
  const told = await salvage(folder.path, LOSSES, "history", "--to", "out.jsonl");
  assert.equal(
    readFileSync(folder.join("out.jsonl"), "utf8"),
    `${lines.toSpliced(20, 1).join("\n")}\n`,
  );
  assert.deepEqual(
    told.lostRanges.map(({ file }) => file),
    ["history.jsonl"],
  );
  assert.equal(told.collections["events"]?.["recovered"], 49);
});

test("what may not be read is named, and the rest is there", needsRoot, async () => {
  await using folder = await temporaryFolder();
  mkdirSync(folder.join("etc"));
  writeFileSync(folder.join("etc", "open.conf"), "open");
  writeFileSync(folder.join("etc", "secret.conf"), "secret", { mode: 0o600 });
  chmodSync(folder.path, 0o777);
  const args = ["salvage", "etc", "--to", "out", "--json"];
  const { status, stdout, stderr } = await asNobody({ path: folder.path, env: {} }, args);
  assert.equal(status, LOSSES, stderr);
  const told = JSON.parse(stdout) as SalvageDocument;
  assert.deepEqual(
    told.losses.map(({ location }) => location["file"]),
    ["secret.conf"],
  );
  assert.match(told.losses[0]?.reason ?? "", /EACCES/);
  assert.equal(readFileSync(folder.join("out/open.conf"), "utf8"), "open");
});

test("a log without the segments and half lines that cannot be had", needsRoot, async () => {
  await using folder = await temporaryFolder();
  await logSite(folder, "./log/*.jsonl");
  const lines = readFileSync(join(PROJECT, "test/data/events/history.jsonl"), "utf8");
  const whole = `${lines.split("\n").slice(0, 30).join("\n")}\n`;
  mkdirSync(folder.join("log"));
  writeFileSync(folder.join("log/1.jsonl"), "secret", { mode: 0o600 });
  writeFileSync(folder.join("log/2.jsonl"), `${whole}{"id": "half a`);
  chmodSync(folder.path, 0o777);
  chmodSync(folder.join("salvor.yaml"), 0o644);
  const args = ["salvage", "history", "--to", "out", "--json"];
  const { status, stdout, stderr } = await asNobody({ path: folder.path, env: {} }, args);
  assert.equal(status, LOSSES, stderr);
  const { losses } = JSON.parse(stdout) as SalvageDocument;
  assert.deepEqual(losses.map(({ location }) => location["file"]).slice(0, 2), [
    "1.jsonl",
    "2.jsonl",
  ]);
  assert.equal(readFileSync(folder.join("out/2.jsonl"), "utf8"), whole);
});

test("a disk that fails in one place gives the rest of a file", requireTool("strace"), async () => {
  await using folder = await temporaryFolder();
  const lines = Array.from(
    { length: 3_000 },
    (_, id) => `{"id": ${id}, "text": "${"x".repeat(40)}"}`,
  );
  mkdirSync(folder.join("data"));
  const file = folder.join("data", "log.jsonl");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const args = ["salvage", "data", "--to", "out", "--json"];
  const failing = [
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-P",
    file,
    "-e",
    "trace=read,pread64",
    "-e",
    "inject=read:error=EIO",
    "-e",
    "inject=pread64:error=EIO:when=1..3",
  ];
  const env = cleanEnvironment({ UV_THREADPOOL_SIZE: "1", HOME: folder.path });
  const { status, stdout, stderr } = await runProcess(
    "strace",
    [...failing, NODE, SALVOR, ...args],
    { cwd: folder.path, env },
  );
  assert.equal(status, LOSSES, stderr);
  const told = JSON.parse(stdout) as SalvageDocument;
  const [bad] = told.lostRanges;
  assert.deepEqual(bad?.bytes, [0, 8192]);
  const rest = `${lines.join("\n")}\n`.slice(8192);
  const out = readFileSync(folder.join("out/log.jsonl"), "utf8");
  assert.ok(
    out.endsWith(rest.slice(rest.indexOf("\n") + 1)),
    "lines behind the bad place are missing",
  );
});

test(`killed at any moment, it leaves nothing or all of it (SEED=${SEED})`, async () => {
  await using folder = await contracts();
  const random = seededRandom(SEED);
  const damaged = folder.join("data/contracts/CNT-0007.json");
  writeFileSync(damaged, readFileSync(damaged, "utf8").replace(",", ""));
  const started = performance.now();
  await salvage(folder.path, DONE, "data", "--to", "first");
  const lastsMs = performance.now() - started;
  const whole = contentOf(folder.join("first"));
  for (let round = 0; round < 3; round += 1) {
    const running = startSalvor(["salvage", "data", "--to", `out-${round}`], { cwd: folder.path });
    await delay(random.below(Math.ceil(lastsMs)));
    running.killGroup();
    await running.finished;
    if (existsSync(folder.join(`out-${round}`)))
      assert.deepEqual(contentOf(folder.join(`out-${round}`)), whole);
    else if (!existsSync(folder.join(`out-${round}.salvage`))) {
      await salvage(folder.path, DONE, "data", "--to", `out-${round}`);
      assert.deepEqual(contentOf(folder.join(`out-${round}`)), whole);
    }
  }
});

async function contracts(): Promise<TemporaryFolder> {
  const folder = await memoryFolder();
  cpSync(join(PROJECT, "test/data/contracts"), folder.join("data"), { recursive: true });
  return folder;
}

function contentOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.endsWith(".json")).toSorted();
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
