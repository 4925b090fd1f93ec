import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { memoryFolder } from "../support/folder.ts";
import { NODE } from "../support/salvor.ts";
import { contract, DocumentSite, type Run } from "./document-site.ts";
import { needsRoot, smallDisk } from "./small-disk.ts";

const BUSY = 5;
const ROOM = [0, 40_000, 400_000, 3_000_000];

/** Replaces a document by versions that count up, as a careful program does, until it is told to end. */
const WRITER = `
  const { renameSync, writeFileSync } = require("node:fs");
  const [, path, text] = process.argv;
  let version = 0;
  let isEnding = false;
  process.stdin.on("data", () => { isEnding = true; }).on("end", () => process.exit(1));
  const write = () => {
    version += 1;
    const isTorn = version % 2 === 1 && !isEnding;
    const next = text.replace('"title": "', '"title": "' + version + " ");
    writeFileSync(path + ".next", isTorn ? next.slice(0, 100) : next);
    renameSync(path + ".next", path);
    if (isEnding && !isTorn) { process.stdout.write(String(version)); process.exit(0); }
    setTimeout(write, 40);
  };
  write();`;

test("a program that goes on writing keeps its last word", async () => {
  await using site = new DocumentSite(await memoryFolder());
  await site.run(0, "backup");
  site.write(contract("0011"), "");
  const path = contract("0007");
  const writer = spawn(NODE, ["--eval", WRITER, site.path(path), site.good(path)]);
  let told = "";
  writer.stdout.on("data", (text: Buffer) => (told += text.toString()));
  // While it is written to, what is torn may be told as a loss, or as too busy to be mended.
  await site.expect([0, 1, BUSY, 6], "recover", "--yes", "--reason", "test");
  const ended = once(writer, "close");
  writer.stdin.write("end\n");
  await ended;
  const last = site.good(path).replace('"title": "', `"title": "${told} `);
  assert.equal(site.read(path), last, "the last word of the writer is gone");
  const run = (await site.run(0, "recover", "--yes", "--reason", "test")) as Run;
  assert.ok(run.status === "succeeded" || run.status === "planned");
  assert.equal(site.read(path), last);
  assert.equal(site.read(contract("0011")), site.good(contract("0011")));
});

test("a full disk costs an attempt, and no document", needsRoot, async (t) => {
  await using disk = await smallDisk(24);
  if (disk === null) return t.skip("nothing can be mounted here");
  const folder = {
    path: disk.path,
    join: (...names: readonly string[]) => join(disk.path, ...names),
    [Symbol.asyncDispose]: async () => {},
  };
  const site = new DocumentSite(folder);
  await site.run(0, "backup");
  const numbers = ["0010", "0011", "0012"];
  for (const number of numbers)
    site.write(contract(number), site.good(contract(number)).slice(0, 200));
  const hurt = numbers.map((number) => site.read(contract(number)));
  let isDone = false;
  for (const room of [...ROOM, null]) {
    if (room === null) disk.free();
    else disk.leave(room);
    const args = ["recover", "--yes", "--reason", "test"];
    const { status, stdout, stderr } = await site.expect([0, BUSY], ...args);
    for (const [at, number] of numbers.entries()) {
      const now = site.read(contract(number));
      assert.ok(now === hurt[at] || now === site.good(contract(number)), `${room}: ${number}`);
    }
    if (status === BUSY) assert.match(stdout + stderr, /no room|needs \d+ bytes|Check free space/);
    isDone = status === 0;
    if (isDone) break;
  }
  assert.ok(isDone, "not even with room enough");
  disk.free();
  await site.expect(0, "resume");
  for (const number of numbers)
    assert.equal(site.read(contract(number)), site.good(contract(number)));
  assert.deepEqual(
    readdirSync(site.path("contracts")).filter((name) => name.includes("draft")),
    [],
  );
});
