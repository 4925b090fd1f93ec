import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";

import { runProcess, type ProcessResult } from "../support/processes.ts";
import { openSite, type Site } from "./site.ts";
import { asNobody, NOBODY } from "./nobody.ts";
import { needsRoot } from "./small-disk.ts";

// Goal: owners of files are kept, and compared where that is asked for; what a user may not read makes no
// backup that silently lacks it.
// Method: a tree whose entries belong to several users, and the command line as root and as another one.

const DONE = 0;
const UNEQUAL = 1;
const BUSY = 5;
const LOSSES = 6;
const OWNERS = { "app.conf": [1000, 1001], current: [1000, 1000], folder: [1002, 0] } as const;

test(
  "owners that are compared come back, and a change of owner is a difference",
  needsRoot,
  async () => {
    await using site = await openTree("owners: compared");
    await site.expect(DONE, ["backup", "--verify"]);
    await site.expect(DONE, ["restore", "etc@latest", "--to", "copy"]);
    for (const name of Object.keys(OWNERS))
      assert.deepEqual(ownerOf(site.join("copy", name)), ownerOf(site.join("etc", name)), name);

    lchownSync(site.join("etc", "current"), 0, 0);
    chownSync(site.join("etc", "folder"), 0, 0);
    const { stdout } = await site.expect(UNEQUAL, ["compare", "etc@latest", "etc"]);
    assert.match(stdout, /changed: 2\n +path="current"\n +path="folder"/);
    const inPlace = [
      "restore",
      "etc@latest",
      "--in-place",
      "--differing",
      "--yes",
      "--reason",
      "t",
    ];
    await site.expect(LOSSES, inPlace);
    for (const [name, owner] of Object.entries(OWNERS))
      assert.deepEqual(ownerOf(site.join("etc", name)), owner, name);
  },
);

test("owners that are only recorded come back too, and are no difference", needsRoot, async () => {
  await using site = await openTree("owners: recorded");
  await site.expect(DONE, ["backup"]);
  await site.expect(DONE, ["restore", "etc@latest", "--to", "copy"]);
  assert.deepEqual(ownerOf(site.join("copy", "app.conf")), OWNERS["app.conf"]);
  chownSync(site.join("etc", "app.conf"), 0, 0);
  await site.expect(DONE, ["compare", "etc@latest", "etc"]);
});

test("who is not root restores no tree whose owners count", needsRoot, async () => {
  await using site = await openTree("owners: compared");
  await giveTo(site, NOBODY);
  assertStatus(await asNobody(site, ["backup"]), DONE);
  const refused = await asNobody(site, ["restore", "etc@latest", "--to", "copy"]);
  assertStatus(refused, BUSY);
  assert.match(
    refused.stdout + refused.stderr,
    /only root can give the files of .*copy their owners\n.*owners: recorded/,
  );
});

test(
  "who is not root restores a tree whose owners are recorded, as its own",
  needsRoot,
  async () => {
    await using site = await openTree("owners: recorded");
    await giveTo(site, NOBODY);
    assertStatus(await asNobody(site, ["backup", "--verify"]), DONE);
    chownSync(site.join("etc", "app.conf"), 1000, 1000);
    assertStatus(await asNobody(site, ["restore", "etc@latest", "--to", "copy"]), DONE);
    assert.deepEqual(ownerOf(site.join("copy", "app.conf")), [NOBODY, NOBODY]);
  },
);

test("what a user may not read is named, and no backup is made without it", needsRoot, async () => {
  await using site = await openTree("exclude: []");
  await giveTo(site, NOBODY);
  writeFileSync(site.join("etc", "secret"), "of root alone", { mode: 0o600 });
  mkdirSync(site.join("etc", "zone"), { mode: 0o700 });
  const { status, stderr } = await asNobody(site, ["backup"]);
  assert.equal(status, BUSY, stderr);
  assert.match(
    stderr,
    /etc\/(secret|zone) and 1 more cannot be read: EACCES\n.*Run as a user that may read it, or name it under "exclude"/,
  );
  const listed = await asNobody(site, ["snapshots", "etc", "--json"]);
  const { snapshots } = listed.json() as { readonly snapshots: readonly unknown[] };
  assert.deepEqual(snapshots, []);

  const audit = await asNobody(site, ["audit"]);
  assertStatus(audit, UNEQUAL);
  assert.match(audit.stdout, /secret/);
  assert.match(audit.stdout, /zone/);
  await writeConfig(site, 'exclude: ["secret", "zone/"]');
  assertStatus(await asNobody(site, ["backup", "--verify"]), DONE);
});

async function openTree(more: string): Promise<Site> {
  const site = await openSite({ stores: {}, onDisk: true, more: entry(more) });
  mkdirSync(site.join("etc", "folder"), { recursive: true });
  writeFileSync(site.join("etc", "app.conf"), "port = 8080\n");
  symlinkSync("app.conf", site.join("etc", "current"));
  for (const [name, [user, group]] of Object.entries(OWNERS))
    lchownSync(site.join("etc", name), user, group);
  return site;
}

function entry(more: string): string {
  return `  etc: { driver: files, path: ./etc, ${more} }\n`;
}

async function writeConfig(site: Site, more: string): Promise<void> {
  const text = `system: site\nstate: ./.salvor\nrepository: { path: ./backups }\nstores:\n${entry(more)}`;
  writeFileSync(site.join("salvor.yaml"), text, { mode: 0o600 });
}

async function giveTo(site: Site, user: number): Promise<void> {
  await runProcess("chown", ["-R", `${user}:${user}`, site.path]);
  chmodSync(site.path, 0o755);
}

function assertStatus({ status, stdout, stderr }: ProcessResult, expected: number): void {
  assert.equal(status, expected, `${stdout}${stderr}`);
}

function ownerOf(path: string): readonly [user: number, group: number] {
  const { uid, gid } = lstatSync(path);
  return [uid, gid];
}
