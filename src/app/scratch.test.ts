import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";

import { systemWorld } from "../core/world.ts";
import { openScratch } from "./scratch.ts";

it("puts no copy of data into a folder that others can write to", async () => {
  const folder = await mkdtemp(join(tmpdir(), "salvor-scratch-"));
  const shared = join(folder, "salvor-0");
  await mkdir(shared);
  await chmod(shared, 0o777);
  await assert.rejects(openScratch(shared, systemWorld()), { code: "REFUSED" });
  assert.deepEqual(await readdir(shared), []);
  await rm(folder, { recursive: true });
});

it("removes what a killed command left, and nothing of a living one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "salvor-scratch-"));
  const abandoned = join(folder, "scratch_abandoned");
  await mkdir(abandoned);
  await writeFile(join(abandoned, "image.sqlite"), "");
  {
    await using living = await openScratch(folder, systemWorld());
    await using _other = await openScratch(folder, systemWorld());
    const names = await readdir(folder);
    assert.ok(!names.includes("scratch_abandoned"));
    assert.ok((await readdir(living.path)).includes("lock"));
  }
  assert.deepEqual(await readdir(folder), ["lock"]);
  await rm(folder, { recursive: true });
});

it("calls what the disk does to it by its name", async () => {
  const folder = await mkdtemp(join(tmpdir(), "salvor-scratch-"));
  const tooLong = join(folder, "x".repeat(300));
  await assert.rejects(openScratch(tooLong, systemWorld()), { name: "SalvorError" });
  await rm(folder, { recursive: true });
});
