import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

import { drivers } from "../../stores/drivers.ts";
import { jsonSchema } from "./check.ts";
import { loadConfig, loadConfigIfThere } from "./load.ts";

async function home() {
  const path = await mkdtemp(join(tmpdir(), "salvor-load-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

const env = {};

describe("the configuration", () => {
  it("is found in the folders above, the nearest first", async () => {
    await using folder = await home();
    const below = join(folder.path, "a/b");
    await mkdir(below, { recursive: true });
    await writeFile(join(folder.path, "salvor.yaml"), "system: far", { mode: 0o600 });
    assert.equal((await loadConfig({ path: undefined, cwd: below, env })).system, "far");
    await writeFile(join(folder.path, "a/salvor.yaml"), "system: near", { mode: 0o600 });
    assert.equal((await loadConfig({ path: undefined, cwd: below, env })).system, "near");
  });

  it("that is missing is an error, unless it may be missing", async () => {
    await using folder = await home();
    const request = { path: undefined, cwd: folder.path, env };
    await assert.rejects(loadConfig(request), { code: "CONFIG_MISSING" });
    assert.equal(await loadConfigIfThere(request), null);
    await assert.rejects(loadConfigIfThere({ ...request, path: "other.yaml" }), {
      code: "NOT_FOUND",
    });
  });

  it("that others can write is refused unless it was named", async () => {
    await using folder = await home();
    const file = join(folder.path, "salvor.yaml");
    await writeFile(file, "system: x");
    for (const mode of [0o660, 0o606]) {
      await chmod(file, mode);
      await assert.rejects(loadConfig({ path: undefined, cwd: folder.path, env }), {
        code: "CONFIG_UNTRUSTED",
      });
    }
    assert.equal((await loadConfig({ path: file, cwd: "/", env })).system, "x");
  });

  it(
    "that belongs to another user is refused unless it was named",
    { skip: process.getuid?.() === 0 ? false : "only root can give files away" },
    async () => {
      await using folder = await home();
      const file = join(folder.path, "salvor.yaml");
      await writeFile(file, "system: x", { mode: 0o600 });
      await chown(file, 12_345, 12_345);
      await assert.rejects(loadConfig({ path: undefined, cwd: folder.path, env }), {
        code: "CONFIG_UNTRUSTED",
      });
    },
  );

  it("never waits for a pipe of its name, nor reads a folder", async () => {
    await using folder = await home();
    execFileSync("mkfifo", [join(folder.path, "salvor.yaml")]);
    await assert.rejects(loadConfig({ path: undefined, cwd: folder.path, env }), {
      code: "CONFIG_INVALID",
    });
    await assert.rejects(loadConfig({ path: folder.path, cwd: "/", env }), {
      code: "CONFIG_INVALID",
    });
  });

  it("names the first problem in its error, and how many more there are", async () => {
    await using folder = await home();
    const file = join(folder.path, "salvor.yaml");
    await writeFile(file, "sistem: x\nlog: { level: 3 }\n", { mode: 0o600 });
    await assert.rejects(loadConfig({ path: undefined, cwd: folder.path, env }), {
      code: "CONFIG_INVALID",
      message: `${file}:1:1: sistem is not a known key; did you mean "system"? (and 1 more)`,
    });
  });

  it("has a JSON Schema that closes every map and demands only what has no default", () => {
    const schema = jsonSchema(drivers);
    assert.equal(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert.equal(schema["additionalProperties"], false);
    assert.equal(schema["required"], undefined);
  });
});
