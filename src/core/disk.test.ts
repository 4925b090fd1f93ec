import assert from "node:assert/strict";
import { chmod, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { temporaryFolder } from "../../test/support/folder.ts";
import { copyDurably, nodeDisk, writeDurably } from "./disk.ts";

describe("a file that is replaced", () => {
  it("does not empty what a link in its place leads to", async () => {
    await using folder = await temporaryFolder();
    const precious = folder.join("precious");
    await writeFile(precious, "precious");
    await symlink(precious, folder.join("index.draft"));
    const refused = { code: "REFUSED", message: /index\.draft is a link/ };
    await assert.rejects(writeDurably(nodeDisk, folder.join("index"), Buffer.from("new")), refused);
    await assert.rejects(copyDurably(nodeDisk, precious, folder.join("index")), refused);
    assert.equal(await readFile(precious, "utf8"), "precious");
  });

  it("has the mode that was asked for, whatever a left draft had", async () => {
    await using folder = await temporaryFolder();
    const draft = folder.join("secret.draft");
    await writeFile(draft, "left by a killed process, and longer than what is new");
    await chmod(draft, 0o666);
    await writeDurably(nodeDisk, folder.join("secret"), Buffer.from("new"));
    assert.equal((await stat(folder.join("secret"))).mode & 0o777, 0o600);
    assert.equal(await readFile(folder.join("secret"), "utf8"), "new");
  });
});

describe("a file system that keeps nothing", () => {
  it("has no room for a folder, and says so instead of trying for ever", async () => {
    await assert.rejects(nodeDisk.makeFolder("/proc/a/b"), { code: "NOT_FOUND" });
  });

  it("need not know how a folder is synced", async () => {
    await nodeDisk.syncFolder("/proc");
  });
});

describe("a path that is too long for the system", () => {
  it("is refused, and shown by its two ends", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join(...Array.from({ length: 20 }, () => "d".repeat(250)), "the-end");
    await assert.rejects(nodeDisk.stat(path), {
      code: "REFUSED",
      message: /^a path of 50\d\d bytes is too long here: \/.{79}….{72}\/the-end$/,
      hint: /state in salvor\.yaml/,
    });
  });
});
