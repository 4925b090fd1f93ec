import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { generate } from "../../bench/generate.ts";
import { killProcessGroup } from "../support/processes.ts";
import { PROJECT } from "../support/salvor.ts";
import { waitFor } from "../support/wait.ts";
import { openSite, type Site } from "./site.ts";

// Goal: commands that meet wait for each other or say who is in the way, and lose nothing.

const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");
const DONE = 0;
const BUSY = 5;

test("of backups of one store at once, each is whole or says who was first", async () => {
  await using site = await shopSite();
  const running = [1, 2, 3].map(() => site.start(["backup"]));
  const results = await Promise.all(running.map(({ finished }) => finished));
  const done = results.filter(({ status }) => status === DONE);
  for (const { status, stderr } of results.filter((each) => each.status !== DONE)) {
    assert.equal(status, BUSY, stderr);
    assert.match(stderr, /in use by process \d+, since/);
  }
  assert.ok(done.length >= 1, results.map(({ stderr }) => stderr).join("\n"));
  await using salvor = await site.open();
  assert.equal((await salvor.snapshots()).snapshots.length, done.length);
  assert.equal((await salvor.verify({ level: "complete" })).ok, true);
});

test("backup, prune, verify and restore at once leave a whole repository", async () => {
  await using site = await shopSite();
  await backUp(site, 2);
  const commands = [
    ["backup"],
    ["prune", "--keep-last", "1", "--yes"],
    ["restore", "shop@latest", "--to", "copy.sqlite"],
    ["verify", "shop@latest"],
  ];
  const results = await Promise.all(commands.map((args) => site.start(args).finished));
  for (const [at, { status, stdout, stderr }] of results.entries()) {
    const what = `${commands[at]?.join(" ")}: ${stdout}${stderr}`;
    assert.ok(status === DONE || status === BUSY, what);
    if (status === BUSY) assert.match(stdout + stderr, /in use by|is gone|try again/, what);
  }
  await using salvor = await site.open();
  assert.deepEqual((await salvor.repositoryCheck()).problems, []);
  assert.equal((await salvor.verify({ level: "complete" })).ok, true);
  if (existsSync(site.join("copy.sqlite"))) {
    assert.equal((await salvor.compare({ a: "shop", b: site.join("copy.sqlite") })).equal, true);
  }
});

test("the stopped owner of a lock is named, and goes on unharmed", async () => {
  await using site = await openSite({ stores: { shop: "shop.sqlite" }, onDisk: true });
  generate(site.database("shop"), 10, 3);
  await backUp(site, 1);
  const first = site.start(["backup", "--json"]);
  try {
    await waitFor("the first backup to hold its store", () => holderOf(site));
    process.kill(-first.pid, "SIGSTOP");
    assert.equal(holderOf(site), first.pid);
    const { stderr } = await site.expect(BUSY, ["backup"]);
    assert.match(stderr, new RegExp(`store "shop" is in use by process ${first.pid}, since 20`));
    process.kill(-first.pid, "SIGCONT");
    const { status, stderr: said } = await first.finished;
    assert.equal(status, DONE, said);
  } finally {
    killProcessGroup(first.pid);
  }
  await site.expect(DONE, ["backup", "--verify"]);
});

test("what is newest is told by its sequence, even when the clock went back", async () => {
  await using site = await shopSite();
  await site.expect(DONE, ["backup"]);
  const database = new DatabaseSync(site.database("shop"));
  database.exec("UPDATE Artist SET Name = 'newer' WHERE ArtistId = 1");
  database.close();
  const yesterday = "data:text/javascript,globalThis.real=Date.now;Date.now=()=>real()-86400000";
  const env = { NODE_OPTIONS: `--import=${yesterday}` };
  await site.expect(DONE, ["backup"], { env });
  const { snapshots } = (await site.expect(DONE, ["snapshots", "--json"])).json() as {
    snapshots: readonly { createdAt: string; id: string }[];
  };
  const [older, newer] = snapshots;
  assert.ok((older?.createdAt ?? "") > (newer?.createdAt ?? ""), "the clock did not go back");
  await site.expect(DONE, ["compare", "shop@latest", "shop"]);
  await site.expect(DONE, ["prune", "--keep-last", "1", "--yes"]);
  const left = (await site.expect(DONE, ["snapshots", "--json"])).json() as typeof snapshots & {
    snapshots: readonly { id: string }[];
  };
  assert.deepEqual(
    left.snapshots.map(({ id }) => id),
    [newer?.id],
  );
  await site.expect(DONE, ["audit-trail", "verify"]);
});

/** Without a process for each: these are not what is tested. */
async function backUp(site: Site, times: number): Promise<void> {
  await using salvor = await site.open();
  for (let time = 1; time <= times; time += 1) await salvor.backup();
}

async function shopSite(): Promise<Site> {
  const site = await openSite({ stores: { shop: "shop.sqlite" } });
  copyFileSync(CHINOOK, site.database("shop"));
  return site;
}

/** Which process says that it holds the store, or null. */
function holderOf(site: Site): number | null {
  const folder = site.join(".salvor", "locks");
  if (!existsSync(folder)) return null;
  const file = readdirSync(folder).find((name) => name === "store-shop.lock.holder");
  if (file === undefined) return null;
  const pid = /process (\d+)/.exec(readFileSync(join(folder, file), "utf8"))?.[1];
  return pid === undefined ? null : Number(pid);
}
