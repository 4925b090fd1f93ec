import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { buildTreeZoo, treeFacts } from "../support/tree-zoo.ts";
import { openSite, type Site } from "./site.ts";

// Goal: a tree of files lives through the commands as a database does: what was there comes back as it
// was, what is replaced is kept, and what nobody asked for stays as it is.
// Method: a tree with every kind of entry is backed up, damaged and brought back by the program.

const MORE = '  etc: { driver: files, path: ./etc, exclude: ["*.tmp"], rules: ./rules.sql }\n';

async function openTreeSite(): Promise<Site> {
  const site = await openSite({ stores: {}, encrypted: true, onDisk: true, more: MORE });
  writeFileSync(
    site.join("rules.sql"),
    `-- rule: no-backdoor · high · nobody but root may become root
     SELECT path FROM files WHERE kind = 'file' AND mode & 2048 AND path <> 'run.sh';\n`,
  );
  chmodSync(site.join("rules.sql"), 0o600);
  buildTreeZoo(site.join("etc"));
  return site;
}

test("a tree comes back beside, proven, and is told from one that has changed", async () => {
  await using site = await openTreeSite();
  const before = treeFacts(site.join("etc"));
  const backup = await site.expect(0, ["backup", "--verify", "--json"]);
  const { snapshots } = backup.json() as { snapshots: readonly { level: string }[] };
  assert.equal(snapshots[0]?.level, "complete");
  await site.expect(0, ["restore", "etc@latest", "--to", "copy"]);
  assert.deepEqual(treeFacts(site.join("copy")), before);
  await site.expect(0, ["compare", "etc@latest", "etc"]);
  writeFileSync(site.join("etc", "app.conf"), "port = 666\n");
  const { stdout } = await site.expect(1, ["compare", "etc@latest", "etc"]);
  assert.match(stdout, /app\.conf/);
});

test("a restore in place keeps what it replaces, and leaves alone what is excluded", async () => {
  await using site = await openTreeSite();
  const before = treeFacts(site.join("etc"));
  await site.expect(0, ["backup"]);
  rmSync(site.join("etc", "conf"), { recursive: true });
  writeFileSync(site.join("etc", "app.conf"), "port = 666\n");
  writeFileSync(site.join("etc", "newer"), "written after the backup");
  writeFileSync(site.join("etc", "session.tmp"), "of a program that runs");
  const args = ["restore", "etc@latest", "--in-place", "--yes", "--reason", "test", "--json"];
  const run = (await site.expect(6, args)).json() as {
    readonly status: string;
    readonly quarantine: string;
    readonly losses: readonly { readonly key: unknown }[];
  };
  assert.equal(run.status, "succeeded");
  const lost = run.losses.map(({ key }) => JSON.stringify(key)).toSorted();
  assert.ok(
    lost.some((key) => key.includes("newer")) && lost.some((key) => key.includes("app.conf")),
  );
  const kept = `${run.quarantine}/etc`;
  assert.equal(readFileSync(`${kept}/app.conf`, "utf8"), "port = 666\n");
  assert.ok(existsSync(`${kept}/newer`) && !existsSync(`${kept}/conf`));
  assert.equal(readFileSync(site.join("etc", "session.tmp"), "utf8"), "of a program that runs");
  rmSync(site.join("etc", "session.tmp"));
  const timeless = (line: string): string => line.replace(/^ \S+ \S+ \S+$/, "the folder itself");
  assert.deepEqual(treeFacts(site.join("etc")).map(timeless), before.map(timeless));
  await site.expect(0, ["compare", "etc@latest", "etc"]);
});

test("a tree that is gone is found missing, and recovered", async () => {
  await using site = await openTreeSite();
  const before = treeFacts(site.join("etc"));
  await site.expect(0, ["backup"]);
  await site.expect(0, ["audit"]);
  await site.expect(0, ["integrity"]);
  rmSync(site.join("etc"), { recursive: true });
  await site.expect(1, ["audit"]);
  await site.expect([0, 6], ["full-recovery", "--yes", "--reason", "test"]);
  assert.deepEqual(treeFacts(site.join("etc")), before);
  await site.expect(0, ["audit"]);
});

test("a rule is asked of a tree", async () => {
  await using site = await openTreeSite();
  mkdirSync(site.join("etc", "bin"));
  writeFileSync(site.join("etc", "bin", "sh"), "#!/bin/sh\n");
  chmodSync(site.join("etc", "bin", "sh"), 0o4755);
  const { stdout } = await site.expect(1, ["integrity"]);
  assert.match(stdout, /no-backdoor[\s\S]*bin\/sh|bin\/sh[\s\S]*no-backdoor/);
});
