import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { temporaryFolder } from "../../test/support/folder.ts";
import { NODE } from "../../test/support/salvor.ts";
import { runProcess } from "../../test/support/processes.ts";
import { openLogFile } from "./log-file.ts";
import { bothLogs, jsonLog, logTo } from "./log.ts";

const LIMITS = { rotateBytes: 100, keep: 3 };

describe("a log file", () => {
  it("is put aside when it is full, and only so many stay", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("log/salvor.log");
    {
      using file = openLogFile(path, LIMITS);
      for (let n = 0; n < 60; n++) file.append(`line ${String(n).padStart(4, "0")}\n`);
    }
    assert.deepEqual((await readdir(folder.join("log"))).toSorted(), [
      "salvor.log",
      "salvor.log.1",
      "salvor.log.2",
      "salvor.log.3",
    ]);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const kept = [];
    for (const end of [".3", ".2", ".1", ""]) kept.push(await readFile(path + end, "utf8"));
    const numbers = kept
      .join("")
      .trim()
      .split("\n")
      .map((line) => Number(line.slice(5)));
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, n) => 60 - numbers.length + n),
    );
  });

  it("keeps every line whole when several processes write to it", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("salvor.log");
    const module = new URL("./log-file.ts", import.meta.url).href;
    const script = `const { openLogFile } = await import(${JSON.stringify(module)});
      const file = openLogFile(${JSON.stringify(path)}, { rotateBytes: 20000, keep: 50 });
      for (let n = 0; n < 500; n++) file.append(process.pid + " " + "x".repeat(50) + "\\n");`;
    const words = ["--input-type=module", "-e", script];
    await Promise.all([runProcess(NODE, words), runProcess(NODE, words)]);
    const names = (await readdir(folder.path)).filter((name) => name.startsWith("salvor.log"));
    for (const name of names) {
      const text = await readFile(folder.join(name), "utf8");
      assert.match(text, /^(\d+ x{50}\n)+$/);
    }
  });

  it("that cannot be written stops nobody", async () => {
    await using folder = await temporaryFolder();
    await writeFile(folder.join("file"), "");
    using below = openLogFile(folder.join("file/salvor.log"), LIMITS);
    below.append("lost\n");
    await mkdir(folder.join("folder"));
    using itself = openLogFile(folder.join("folder"), LIMITS);
    itself.append("lost\n");
  });
});

describe("a log", () => {
  it("drops what is milder than its threshold", () => {
    const seen: string[] = [];
    const log = logTo("warn", (level, message) => seen.push(`${level} ${message}`));
    for (const level of ["debug", "info", "warn", "error"] as const) log[level]("x");
    assert.deepEqual(seen, ["warn x", "error x"]);
  });

  it("of JSON writes one line a record, with level, time, message and fields", () => {
    const lines: string[] = [];
    jsonLog("info", (line) => lines.push(line)).info("backed\nup", { store: "shop", bytes: 5 });
    const [line = ""] = lines;
    assert.equal(line.indexOf("\n"), line.length - 1);
    const { time, pid, ...record } = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual(record, { level: "info", store: "shop", bytes: 5, msg: "backed\nup" });
    assert.ok(typeof time === "string" && pid === process.pid);
  });

  it("can go to two places", () => {
    const seen: string[] = [];
    const one = logTo("debug", (_level, message) => seen.push(`one ${message}`));
    const two = logTo("error", (_level, message) => seen.push(`two ${message}`));
    bothLogs(one, two).info("a");
    bothLogs(one, two).error("b");
    assert.deepEqual(seen, ["one a", "one b", "two b"]);
  });
});
