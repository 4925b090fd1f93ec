import assert from "node:assert/strict";
import { test } from "node:test";

import { isSame, readContent } from "../damage/content.ts";
import { shopSite, zeroPages } from "./damaged-shop.ts";

// Goal: recoveries that meet each other or a backup end with a clear word, and the store is whole.

const DONE = 0;
const FOUND = 1;
const BUSY = 5;

test("of two full recoveries at once, one mends and the other says who was first, or finds it sound", async () => {
  await using site = await shopSite();
  const whole = await readContent(site.database("shop"));
  await site.expect(DONE, ["backup"]);
  zeroPages(site, 40);
  const args = ["full-recovery", "--yes", "--reason", "two at once"];
  const results = await Promise.all([1, 2].map(() => site.start(args).finished));
  for (const { status, stdout, stderr } of results) {
    assert.ok(status === DONE || status === BUSY, `${status}: ${stdout}${stderr}`);
    if (status === BUSY) assert.match(stdout + stderr, /in use by|changed|try again/i);
  }
  assert.ok(results.some(({ status }) => status === DONE));
  assert.ok(isSame(await readContent(site.database("shop")), whole));
  await site.expect(DONE, ["full-recovery", "--yes"]);
});

test("a recovery and a backup at once: neither spoils the other", async () => {
  await using site = await shopSite();
  const whole = await readContent(site.database("shop"));
  await site.expect(DONE, ["backup"]);
  zeroPages(site, 40);
  const commands = [["recover", "--yes"], ["backup"]];
  const results = await Promise.all(commands.map((args) => site.start(args).finished));
  for (const { status, stdout, stderr } of results) {
    // The backup may come before the recovery: then it meets the damage.
    assert.ok(status === DONE || status === BUSY || status === FOUND, `${stdout}${stderr}`);
  }
  await site.expect(DONE, ["full-recovery", "--yes"]);
  assert.ok(isSame(await readContent(site.database("shop")), whole));
  await site.expect(DONE, ["verify", "--level", "complete"]);
});
