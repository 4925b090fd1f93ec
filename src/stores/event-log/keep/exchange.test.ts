import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";

import type { Quarantine, Store } from "../../types.ts";
import { eventLines, sampleLog, type LogSample } from "./samples.ts";

const signal = AbortSignal.timeout(60_000);
const FILES = {
  "log/app.jsonl.1": eventLines(1, 20),
  "log/app.jsonl": eventLines(21, 40),
  "log/app.lock": "of the program\n",
};

/** The log as it is now, built beside. */
async function built(sample: LogSample): Promise<Store> {
  const beside = await sample.beside("beside");
  await using image = await sample.live.capture({ exclusive: false }, signal);
  await beside.restore(image, {}, signal);
  return beside;
}

function aside(sample: LogSample): Promise<Quarantine> {
  return sample.live.quarantine(sample.path("quarantine"), signal);
}

/** A process that has a file open as a shell's redirection says, until it is disposed. */
async function holder(redirection: string): Promise<AsyncDisposable> {
  const child = spawn("sh", ["-c", `exec 3${redirection}; echo ready; read line`], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return {
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}

describe("an exchange of a log", () => {
  it("replaces the files that differ, removes those that are newer, and touches no other", async () => {
    await using sample = await sampleLog(FILES, "log/app.jsonl*");
    const beside = await built(sample);
    const kept = await stat(sample.path("log/app.jsonl.1"));
    await appendFile(sample.path("log/app.jsonl"), eventLines(41, 45));
    await writeFile(sample.path("log/app.jsonl.0"), eventLines(46, 50));
    const quarantine = await aside(sample);
    await sample.live.exchange(beside.identity.address, quarantine, { unseen: true }, signal);

    assert.equal(await readFile(sample.path("log/app.jsonl"), "utf8"), eventLines(21, 40));
    assert.equal((await stat(sample.path("log/app.jsonl.1"))).ino, kept.ino);
    const names = await readdir(sample.path("log"));
    assert.deepEqual(names.toSorted(), ["app.jsonl", "app.jsonl.1", "app.lock"]);
    const left = await readdir(sample.folder);
    assert.ok(!left.some((name) => name.includes("exchange") || name === "beside"), left.join());
  });

  it("is taken back: what was replaced lives here again, and quarantine keeps its own", async () => {
    await using sample = await sampleLog(FILES, "log/app.jsonl*");
    const beside = await built(sample);
    const damaged = `${eventLines(21, 30)}half an event`;
    await writeFile(sample.path("log/app.jsonl"), damaged);
    const quarantine = await aside(sample);
    await sample.live.exchange(beside.identity.address, quarantine, { unseen: true }, signal);
    await sample.live.putBack(quarantine, { unseen: true }, signal);
    await appendFile(sample.path("log/app.jsonl"), "\n");
    assert.equal(await readFile(sample.path("log/app.jsonl"), "utf8"), `${damaged}\n`);
    assert.equal(await readFile(`${quarantine.address}/app.jsonl`, "utf8"), damaged);
  });

  it("waits for nobody who only reads, and refuses while somebody writes", async () => {
    await using sample = await sampleLog(FILES, "log/app.jsonl*");
    const file = sample.path("log/app.jsonl");
    const beside = await built(sample);
    await appendFile(file, eventLines(41, 45));
    const quarantine = await aside(sample);
    const exchange = (): Promise<void> =>
      sample.live.exchange(beside.identity.address, quarantine, { unseen: true }, signal);
    {
      await using _writer = await holder(`>>"${file}"`);
      assert.equal((await sample.live.users(signal)).processes.length, 1);
      await assert.rejects(exchange(), { code: "STORE_BUSY" });
    }
    await using _reader = await holder(`<"${file}"`);
    assert.deepEqual((await sample.live.users(signal)).processes, []);
    await exchange();
    assert.equal(await readFile(file, "utf8"), eventLines(21, 40));
  });

  it("keeps what cannot be proven to be in quarantine under another name", async () => {
    await using sample = await sampleLog({ "a.jsonl": eventLines(1, 10) }, "a.jsonl");
    const beside = await built(sample);
    await appendFile(sample.path("a.jsonl"), eventLines(11, 12));
    const quarantine = await aside(sample);
    const partial = { ...quarantine, fingerprint: `partial:${quarantine.fingerprint}` };
    await sample.live.exchange(beside.identity.address, partial, { unseen: true }, signal);
    const old = (await readdir(sample.folder)).filter((name) => name.endsWith(".old"));
    assert.equal(old.length, 1);
    assert.equal(await readFile(sample.path(old[0] ?? ""), "utf8"), eventLines(1, 12));
  });
});

describe("a restore of a log", () => {
  it("refuses a snapshot that leads out of it, or whose bytes are others", async () => {
    await using sample = await sampleLog(FILES, "log/app.jsonl*");
    await using image = await sample.live.capture({ exclusive: false }, signal);
    const changed = (what: (text: string) => string) => ({
      description: image.description,
      parts: async function* () {
        for await (const part of image.parts(signal)) {
          const open = async function* () {
            const bytes = Buffer.concat(await Array.fromAsync(part.open(signal)));
            yield Buffer.from(what(bytes.toString()));
          };
          yield { ...part, open };
        }
      },
    });
    const copy = await sample.beside("copy");
    const leading = changed((text) => text.replace('"app.jsonl"', '"../app.jsonl"'));
    await assert.rejects(copy.restore(leading, {}, signal), { code: "REFUSED" });
    const altered = changed((text) => text.replace("event-7", "event-8"));
    await assert.rejects(copy.restore(altered, {}, signal), { code: "BACKUP_DAMAGED" });
    const left = (await readdir(sample.folder)).filter((name) => name.startsWith("copy"));
    assert.deepEqual(left, []);
  });
});
