import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import { temporaryFolder } from "../../test/support/folder.ts";
import { cleanEnvironment, NODE, PROJECT, runSalvor, SALVOR } from "../../test/support/salvor.ts";
import { commands } from "./command-list.ts";
import { EXIT_STATUSES } from "./exit-status.ts";
import { helpOf } from "./help.ts";
import { parseLine } from "./parse.ts";

describe("salvor", () => {
  it("alone lists its commands, and that is wrong usage", async () => {
    const { status, stdout } = await runSalvor([]);
    assert.equal(status, 2);
    for (const { name } of commands) assert.match(stdout, new RegExp(`^  ${name} `, "m"));
    const asked = await runSalvor(["--help"]);
    assert.deepEqual([asked.status, asked.stdout], [0, stdout]);
  });

  it("shows its version, wherever the flag stands", async () => {
    const { version } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
      version: string;
    };
    assert.equal((await runSalvor(["--version"])).stdout, `${version}\n`);
    assert.equal((await runSalvor(["--no-color", "--version"])).stdout, `${version}\n`);
  });

  it("names the nearest command and the nearest flag", async () => {
    const command = await runSalvor(["bakup"]);
    assert.equal(command.status, 2);
    assert.match(
      command.stderr,
      /^salvor: there is no command "bakup"\n {2}Did you mean "backup"\?/,
    );
    const flag = await runSalvor(["backup", "--verfy"]);
    assert.equal(flag.status, 2);
    assert.match(flag.stderr, /--verfy.*\n.*Did you mean --verify\?/);
  });

  it("explains every command without opening anything", async () => {
    await using folder = await temporaryFolder();
    const { status, stdout } = await runSalvor(["help", "restore"], { cwd: folder.path });
    assert.equal(status, 0);
    assert.equal(
      (await runSalvor(["restore", "x", "--help"], { cwd: folder.path })).stdout,
      stdout,
    );
    const word = await runSalvor(["receipt", "--", "--help"], { cwd: folder.path });
    assert.deepEqual([word.status, word.stdout], [2, ""], "after a lone -- it is a word");
  });

  it("prints nothing on standard output when it fails, and one line of JSON when asked", async () => {
    await using folder = await temporaryFolder();
    const words = ["--log-format", "json", "config", "check", "--json"];
    const { status, stdout, stderr } = await runSalvor(words, { cwd: folder.path });
    assert.deepEqual([status, stdout], [2, ""]);
    const { error } = JSON.parse(stderr) as { error: { code: string } };
    assert.equal(error.code, "CONFIG_MISSING");
  });

  it("lists the problems of a configuration with their lines, for people and for machines", async () => {
    await using folder = await temporaryFolder();
    const file = folder.join("salvor.yaml");
    await writeFile(file, "system: x\nstors: {}\n", { mode: 0o600 });
    const text = await runSalvor(["config", "check"], { cwd: folder.path });
    assert.equal(text.status, 2);
    assert.equal(
      text.stdout,
      `${file}:2:1: stors is not a known key; did you mean "stores"?\n1 problem\n`,
    );
    const json = await runSalvor(["config", "check", "--json"], { cwd: folder.path });
    assert.equal(json.status, 2);
    assert.deepEqual(json.json(), {
      ok: false,
      problems: [
        { line: 2, col: 1, key: "stors", message: 'is not a known key; did you mean "stores"?' },
      ],
    });
  });

  it("refuses to replace a configuration, and prints what it would add", async () => {
    await using folder = await temporaryFolder();
    await writeFile(folder.join("shop.db"), Buffer.from(`SQLite format 3\0${" ".repeat(84)}`));
    const first = await runSalvor(["init", "--json"], { cwd: folder.path });
    assert.equal(first.status, 0);
    assert.deepEqual((first.json() as { stores: unknown }).stores, ["shop"]);
    await writeFile(folder.join("new.db"), Buffer.from(`SQLite format 3\0${" ".repeat(84)}`));
    const again = await runSalvor(["init"], { cwd: folder.path });
    assert.equal(again.status, 3);
    assert.match(
      again.stdout,
      /it could add:\n {2}new:\n {4}driver: sqlite\n {4}path: \.\/new\.db\n$/,
    );
  });

  it("prints a JSON Schema of the configuration", async () => {
    const schema = await runSalvor(["config", "schema"]);
    assert.equal(schema.status, 0);
    assert.equal((schema.json() as { title: string }).title, "salvor.yaml");
  });

  it("does not mind a reader who goes away", () => {
    const script = `"${NODE}" "${SALVOR}" config schema | head -c 1; echo "\${PIPESTATUS[0]}"`;
    const said = execFileSync("bash", ["-c", `${script} 2>&1`], { env: cleanEnvironment() });
    assert.equal(said.toString(), "{0\n");
  });
});

describe("the help of every command", () => {
  for (const { name, load } of commands) {
    it(`says what ${name} is for, what it takes, how it ends, and gives an example that parses`, async () => {
      const command = await load();
      assert.equal(command.name, name);
      const help = helpOf(command);
      for (const line of help.split("\n").slice(1)) assert.ok(line.length <= 80, line);
      for (const heading of ["Usage: ", "Flags of every command:", "Exit statuses:", "Example: "]) {
        assert.ok(help.includes(heading), heading);
      }
      for (const status of command.statuses) assert.ok(help.includes(EXIT_STATUSES[status]));
      const words = command.example.split(" ");
      assert.deepEqual(words.slice(0, 2), ["salvor", name]);
      parseLine(command, words.slice(2));
    });
  }
});
