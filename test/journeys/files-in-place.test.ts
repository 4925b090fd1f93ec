import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { buildTreeZoo, treeFacts } from "../support/tree-zoo.ts";
import type { RunDocument } from "../../src/app/run-document.ts";
import type { RestoreOptions } from "../../src/app/types.ts";
import { runsStatus } from "../../src/cli/show/run.ts";
import { openSite, type Site } from "./site.ts";

// Goal: one file, or all that differ, come back without the rest being touched, beside and in place.
// Method: a tree with every kind of entry is backed up, damaged, and mended path by path.

async function openTree(): Promise<Site> {
  const more = '  etc: { driver: files, path: ./etc, exclude: ["*.tmp"] }\n';
  const site = await openSite({ stores: {}, more });
  buildTreeZoo(site.join("etc"));
  await using salvor = await site.open();
  await salvor.backup();
  return site;
}

/** As the command does, and held to its exit status. */
async function restore(site: Site, status: number, options: RestoreOptions): Promise<RunDocument> {
  await using salvor = await site.open();
  const run = await salvor.restore({ snapshot: "etc@latest", ...options });
  assert.equal(runsStatus([run]), status, JSON.stringify(run.steps));
  return run;
}

const IN_PLACE = { inPlace: true, yes: true, reason: "test" } as const;

test("one file, and a folder, are built beside and proven row by row", async () => {
  await using site = await openTree();
  const { proof } = await restore(site, 0, { to: "copy", only: ["conf/b", "conf.d"] });
  assert.deepEqual(readdirSync(site.join("copy")).toSorted(), ["conf", "conf.d"]);
  assert.deepEqual(readdirSync(site.join("copy", "conf")), ["b"]);
  assert.deepEqual([proof?.equal, proof?.level], [true, "complete"]);
  assert.equal(proof?.collections[0]?.expected?.count, 7);
  const wrong = await site.expect(2, ["restore", "etc@latest", "--to", "x", "--only", "app.cnf"]);
  assert.match(wrong.stderr + wrong.stdout, /has no app\.cnf[^]*Did you mean app\.conf\?/);
  assert.ok(!existsSync(site.join("x")));
});

test("one file goes back in place, and what it replaces is kept", async () => {
  await using site = await openTree();
  writeFileSync(site.join("etc", "app.conf"), "port = 666\n");
  appendFileSync(site.join("etc", "conf", "b"), "!");
  const run = await restore(site, 6, { ...IN_PLACE, only: ["app.conf"] });
  assert.equal(readFileSync(site.join("etc", "app.conf"), "utf8"), "port = 8080\n");
  assert.equal(readFileSync(site.join("etc", "conf", "b"), "utf8"), "in a folder!");
  assert.equal(readFileSync(`${run.quarantine}/etc/app.conf`, "utf8"), "port = 666\n");
  assert.deepEqual(
    run.losses.map(({ key }) => key),
    [{ path: "app.conf" }],
  );
  assert.deepEqual([run.proof?.basis, run.proof?.equal], ["merge", true]);
  assert.deepEqual(
    readdirSync(site.path).filter((name) => name.startsWith(".etc")),
    [],
  );
  const again = await restore(site, 0, { ...IN_PLACE, only: ["app.conf"] });
  assert.deepEqual(again.steps, []);
});

test("all that differs goes back, and what is newer stays where it is", async () => {
  await using site = await openTree();
  const before = factsOf(site);
  rmSync(site.join("etc", "conf", "b"));
  chmodSync(site.join("etc", "secret"), 0o644);
  rmSync(site.join("etc", "third"));
  writeFileSync(site.join("etc", "newer"), "written after the backup");
  writeFileSync(site.join("etc", "session.tmp"), "of a program that runs");
  const untouched = lstatSync(site.join("etc", "large.bin")).ctimeMs;
  const damaged = treeFacts(site.join("etc"));
  const dry = await restore(site, 0, { ...IN_PLACE, differing: true, dryRun: true });
  assert.deepEqual(treeFacts(site.join("etc")), damaged);
  assert.deepEqual(dry.amended[0]?.replaced, ["conf/second", "first", "secret"]);
  assert.match(dry.steps.map(({ description }) => description).join(" "), /left as it is: newer/);

  const run = await restore(site, 6, { ...IN_PLACE, differing: true });
  assert.deepEqual([run.proof?.equal, run.proof?.origins.newer], [true, 1]);
  for (const name of ["newer", "session.tmp"]) rmSync(site.join("etc", name));
  assert.deepEqual(factsOf(site), before);
  assert.equal(lstatSync(site.join("etc", "large.bin")).ctimeMs, untouched);
});

test("a file whose folder is a link by now does not go back, and is named as a loss", async () => {
  await using site = await openTree();
  mkdirSync(site.join("outside"));
  rmSync(site.join("etc", "conf"), { recursive: true });
  symlinkSync("../outside", site.join("etc", "conf"));
  const run = await restore(site, 6, { ...IN_PLACE, only: ["conf/b"] });
  assert.match(run.losses[0]?.reason ?? "", /conf is a link here/);
  assert.deepEqual(readdirSync(site.join("outside")), []);
});

test("documents go back one by one, too", async () => {
  const more = "  docs: { driver: documents, path: ./docs }\n";
  await using site = await openSite({ stores: {}, more });
  mkdirSync(site.join("docs"));
  for (const id of [1, 2, 3])
    writeFileSync(site.join("docs", `${id}.json`), JSON.stringify({ id, name: `document ${id}` }));
  await site.expect(0, ["backup"]);
  const [name = ""] = readdirSync(site.join("docs"));
  const text = readFileSync(site.join("docs", name), "utf8");
  writeFileSync(site.join("docs", name), '{"cut');
  const args = ["restore", "docs@latest", "--in-place", "--differing", "--yes", "--reason", "test"];
  await site.expect(6, args);
  assert.equal(readFileSync(site.join("docs", name), "utf8"), text);
});

test("a database has no files that could be chosen", async () => {
  await using site = await openSite({ stores: { shop: "shop.sqlite" } });
  new DatabaseSync(site.database("shop")).exec("CREATE TABLE item (id INTEGER PRIMARY KEY)");
  await site.expect(0, ["backup"]);
  for (const where of [
    ["--in-place", "--yes"],
    ["--to", "copy.sqlite"],
  ]) {
    const args = ["restore", "shop@latest", ...where, "--only", "a"];
    const { stderr } = await site.expect(2, args);
    assert.match(stderr, /shop is no store of files/);
  }
});

/** Without the times of folders, which tell of every file that came and went. */
function factsOf(site: Site): readonly string[] {
  return treeFacts(site.join("etc")).map((line) =>
    line.replace(/^(.* 4\d{4} \d+:\d+) -?\d+$/s, "$1"),
  );
}
