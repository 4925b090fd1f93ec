import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, symlinkSync } from "node:fs";
import { test } from "node:test";

import { shop } from "./recover-stand.ts";

// Goal: a file that somebody asks for replaces files only, and says what is wrong with its name.
// Method: name a pipe, a link to one, a folder, and a folder that is not there.

test("--output replaces nothing but a file", async () => {
  await using site = await shop();
  execFileSync("mkfifo", [site.join("pipe")]);
  symlinkSync("pipe", site.join("link"));
  const commands = [
    ["generate-report", "--format", "md"],
    ["receipt", "shop"],
    ["audit-trail", "export"],
  ];
  for (const command of commands) {
    for (const name of ["pipe", "link", "data"]) {
      const { stderr } = await site.expect(2, [...command, "--output", name]);
      assert.match(stderr, /is no file that could be replaced/);
    }
    const { stderr } = await site.expect(2, [...command, "--output", "none/report.html"]);
    assert.match(stderr, /there is no folder .*none to write/);
  }
  assert.ok(lstatSync(site.join("pipe")).isFIFO());
  assert.ok(lstatSync(site.join("link")).isSymbolicLink());
  assert.deepEqual(
    readdirSync(site.path).filter((name) => name.endsWith(".draft")),
    [],
  );
});
