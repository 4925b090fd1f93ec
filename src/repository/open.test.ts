import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { openLocalBlobs } from "../blobs/local/blobs.ts";
import { openMemoryBlobs } from "../blobs/memory/blobs.ts";
import type { Blobs } from "../blobs/types.ts";
import { nodeDisk, type Disk } from "../core/disk.ts";
import { SalvorError } from "../core/errors.ts";
import { WorkerPool } from "../core/pool.ts";
import { systemWorld } from "../core/world.ts";
import { encodeConfig } from "./config.ts";
import { createRepository, openRepository } from "./open.ts";
import {
  contentOf,
  PASSPHRASE,
  restored,
  sampleInput,
  sampleOptions,
  streamPart,
} from "./samples.ts";

const { signal } = new AbortController();
const pool = new WorkerPool(2);
const root = mkdtempSync(join(tmpdir(), "salvor-open-"));
after(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

function local(folder: string, disk: Disk = nodeDisk): Blobs {
  return openLocalBlobs({ folder, disk, world: systemWorld(), lockWaitMs: 100 });
}

describe("a repository", () => {
  it("is made once", async () => {
    const options = sampleOptions({ pool });
    const made = await createRepository(options, signal);
    assert.match(made.id, /^repo_[0-9a-f]{32}$/);
    await assert.rejects(createRepository(options, signal), { code: "REPOSITORY_EXISTS" });
    assert.equal((await openRepository(options, signal)).id, made.id);
  });

  it("says that it is missing, and not that it is empty", async () => {
    const open = openRepository(sampleOptions({ pool, blobs: local(join(root, "none")) }), signal);
    await assert.rejects(open, { code: "REPOSITORY_MISSING" });
  });

  it("is never made anew where backups are and only its own file is gone", async () => {
    const blobs = openMemoryBlobs();
    const options = sampleOptions({ pool, blobs, passphrase: PASSPHRASE });
    const repository = await createRepository(options, signal);
    await repository.backup(sampleInput(contentOf()), signal);
    await blobs.remove(["salvor-repository.json", "salvor-repository.copy.json"], signal);
    const gone = { code: "BACKUP_DAMAGED", message: /holds backups, but/ };
    await assert.rejects(openRepository(options, signal), gone);
    await assert.rejects(createRepository(options, signal), gone);
  });

  it("asks for its passphrase, and tells a wrong one", async () => {
    const options = sampleOptions({ pool, passphrase: "Füße" });
    await createRepository(options, signal);
    const open = (passphrase: string | null) => openRepository({ ...options, passphrase }, signal);
    await assert.rejects(open(null), { code: "PASSPHRASE_MISSING" });
    await assert.rejects(open("Fusse"), { code: "PASSPHRASE_WRONG" });
    // The same letters, typed in the other spelling of Unicode.
    assert.equal((await open("Fu\u0308ße")).encrypted, true);
  });

  it("takes a new passphrase, and then no longer the old one", async () => {
    const options = sampleOptions({ pool, passphrase: PASSPHRASE });
    const repository = await createRepository(options, signal);
    const bytes = Buffer.from("kept under both");
    const content = contentOf(streamPart("a", bytes));
    const { id } = await repository.backup(sampleInput(content), signal);
    await repository.changePassphrase("another", signal);
    await assert.rejects(openRepository(options, signal), { code: "PASSPHRASE_WRONG" });
    const again = await openRepository({ ...options, passphrase: "another" }, signal);
    assert.deepEqual((await restored(again, id, signal)).get("a"), bytes);
    assert.deepEqual(await again.check(signal), []);
    assert.equal((await again.backup(sampleInput(content), signal)).storedBytes, 0);
    const plain = await createRepository(sampleOptions({ pool }), signal);
    await assert.rejects(plain.changePassphrase("x", signal), { code: "REFUSED" });
  });

  it("opens with one of the two passphrases, wherever the change is killed", async () => {
    for (const commits of [0, 1]) {
      const blobs = openMemoryBlobs();
      const options = sampleOptions({ pool, blobs, passphrase: PASSPHRASE });
      await createRepository(options, signal);
      let left = commits;
      const dying: Blobs = {
        ...blobs,
        draft: async (draftSignal) => {
          if (left === 0) throw new Error("killed");
          left -= 1;
          return await blobs.draft(draftSignal);
        },
      };
      const repository = await openRepository({ ...options, blobs: dying }, signal);
      await assert.rejects(repository.changePassphrase("another", signal), /killed/);
      const passphrase = commits === 0 ? PASSPHRASE : "another";
      const again = await openRepository({ ...options, passphrase }, signal);
      assert.deepEqual((await again.repair(signal)).problems, []);
    }
  });

  it("refuses what only a newer Salvor can read", async () => {
    const blobs = openMemoryBlobs();
    const future = { id: "repo_x", createdAt: "2030-01-01T00:00:00.000Z", encryption: null };
    await using draft = await blobs.draft(signal);
    await draft.append(encodeConfig({ formatVersion: 3, minReader: 2, ...future }));
    await draft.commit("salvor-repository.json");
    const open = openRepository(sampleOptions({ pool, blobs }), signal);
    await assert.rejects(open, { code: "FORMAT_TOO_NEW" });
  });

  it("never shows what it holds: no name and no content, when it is encrypted", async () => {
    const folder = join(root, "secret");
    const options = sampleOptions({ pool, blobs: local(folder), passphrase: PASSPHRASE });
    const repository = await createRepository(options, signal);
    const part = streamPart("payroll.csv", Buffer.from("everybody earns the same"));
    const { id } = await repository.backup(sampleInput(contentOf(part)), signal);
    await repository.recordLevel(id, "stored", signal);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    const all = files
      .filter((each) => each.isFile())
      .map((each) => readFileSync(join(each.parentPath, each.name), "latin1"))
      .join("");
    for (const secret of ["payroll", "everybody", "shop", "items", PASSPHRASE])
      assert.ok(!all.includes(secret), `${secret} can be read`);
  });
});

describe("two commands at once", () => {
  it("exclude each other when they write, also from another process, and name the holder", async () => {
    const folder = join(root, "busy");
    const options = sampleOptions({ pool, blobs: local(folder) });
    const repository = await createRepository(options, signal);
    const other = spawn(process.execPath, ["-e", HOLD, join(folder, "locks", "writer")]);
    await once(other.stdout, "data");
    const backup = repository.backup(sampleInput(contentOf()), signal);
    await assert.rejects(backup, { code: "REPOSITORY_BUSY", message: /busy is in use by/ });
    // Reading goes on meanwhile.
    assert.deepEqual(await repository.check(signal), []);
    other.kill("SIGKILL");
    await once(other, "exit");
    await repository.backup(sampleInput(contentOf()), signal);
  });

  it("let a prune wait for readers, and readers go on", async () => {
    const folder = join(root, "reading");
    const options = sampleOptions({ pool, blobs: local(folder) });
    const repository = await createRepository(options, signal);
    const part = streamPart("a", Buffer.from("abc"));
    const { id } = await repository.backup(sampleInput(contentOf(part)), signal);
    await repository.backup(sampleInput(contentOf(streamPart("b", Buffer.from("b")))), signal);
    const content = await repository.content(id, signal);
    for await (const each of content.parts(signal)) {
      const prune = repository.prune({ keepLast: 1 }, { dryRun: false }, signal);
      await assert.rejects(prune, { code: "REPOSITORY_BUSY" });
      assert.equal(Buffer.concat(await Array.fromAsync(each.open(signal))).toString(), "abc");
    }
    const { removed } = await repository.prune({ keepLast: 1 }, { dryRun: false }, signal);
    assert.deepEqual(removed, [id]);
  });
});

const HOLD = `
  const { DatabaseSync } = require("node:sqlite");
  const db = new DatabaseSync(process.argv[1]);
  db.exec("BEGIN EXCLUSIVE");
  console.log("held");
  setInterval(() => {}, 1000);
`;

describe("read-only media", () => {
  it("can be read without taking a lock, and refuse to be written", async () => {
    const folder = join(root, "read-only");
    const made = await createRepository(sampleOptions({ pool, blobs: local(folder) }), signal);
    const part = streamPart("a", Buffer.from("abc"));
    const { id } = await made.backup(sampleInput(contentOf(part)), signal);
    rmSync(join(folder, "locks"), { recursive: true });
    const blobs = { ...local(folder), writable: false };
    const repository = await openRepository(sampleOptions({ pool, blobs }), signal);
    assert.equal(String((await restored(repository, id, signal)).get("a")), "abc");
    assert.deepEqual(await repository.check(signal), []);
    assert.deepEqual(await repository.readBack(id, signal), []);
    const backup = repository.backup(sampleInput(contentOf(part)), signal);
    await assert.rejects(backup, { code: "PERMISSION_DENIED" });
    assert.ok(!readdirSync(folder).includes("locks"));
  });
});

describe("a full disk", () => {
  it("stops a backup at any write with DISK_FULL, and leaves the repository whole", async () => {
    const folder = join(root, "full");
    const first = streamPart("a", Buffer.alloc(3000, "first"));
    const made = await createRepository(sampleOptions({ pool, blobs: local(folder) }), signal);
    const { id } = await made.backup(sampleInput(contentOf(first)), signal);
    for (let writes = 0; ; writes += 1) {
      const blobs = local(folder, fullAfter(writes));
      const repository = await openRepository(sampleOptions({ pool, blobs }), signal);
      const part = streamPart("b", Buffer.alloc(3000, `second ${writes}`));
      const outcome = await repository
        .backup(sampleInput(contentOf(part)), signal)
        .catch((error: unknown) => error);
      assert.deepEqual(readdirSync(join(folder, "drafts")), []);
      assert.deepEqual(await made.check(signal), []);
      assert.deepEqual(await made.readBack(id, signal), []);
      if (!(outcome instanceof SalvorError)) break;
      assert.equal(outcome.code, "DISK_FULL");
      assert.equal((await made.snapshots(signal)).length, 1);
    }
    assert.equal((await made.snapshots(signal)).length, 2);
  });
});

/** A disk that has room for so many writes. */
function fullAfter(writes: number): Disk {
  let left = writes;
  return {
    ...nodeDisk,
    open: async (path, mode, permissions) => {
      const file = await nodeDisk.open(path, mode, permissions);
      return {
        ...file,
        [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
        write: async (bytes, position) => {
          if (left === 0) throw new SalvorError("DISK_FULL", `no room for ${path}`, { hint: "…" });
          left -= 1;
          await file.write(bytes, position);
        },
      };
    },
  };
}
