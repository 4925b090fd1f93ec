import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";

import fc from "fast-check";

import { temporaryFolder } from "../../../test/support/folder.ts";
import { initConfig } from "./init.ts";
import { checkConfigFile, loadConfig } from "./load.ts";
import { lookAround, nameStores } from "./look-around.ts";
import { STORE_NAME } from "./schema.ts";

const MAGIC = Buffer.concat([Buffer.from("SQLite format 3\0", "latin1"), Buffer.alloc(84)]);

async function folderOf(files: Readonly<Record<string, Buffer | string>>) {
  const path = await mkdtemp(join(tmpdir(), "salvor-init-"));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

describe("salvor init", () => {
  it("writes a configuration that loads, for every database below the folder", async () => {
    await using folder = await folderOf({
      "Shop.sqlite": MAGIC,
      "data/users.db": MAGIC,
      "data/Ünï cödé ${HOME}.db": MAGIC,
      "$${x}": MAGIC,
      "old/shop.sqlite": MAGIC,
      "shop.sqlite-wal": "WAL",
      "notes.txt": "SQLite format 3",
      "node_modules/x/y.db": MAGIC,
      ".salvor/state.sqlite": MAGIC,
      "backups/z.sqlite": MAGIC,
    });
    const cwd = folder.path;
    const made = await initConfig({ cwd, force: false, env: {} });

    assert.equal(made.config, join(cwd, "salvor.yaml"));
    assert.deepEqual(made.stores, ["x", "shop", "users", "uni-code-home", "old-shop"]);
    assert.equal((await stat(made.config)).mode & 0o777, 0o600);
    const config = await loadConfig({ path: undefined, cwd, env: {} });
    assert.deepEqual(
      config.stores.map(({ options }) => options["path"]),
      ["$${x}", "Shop.sqlite", "data/users.db", "data/Ünï cödé ${HOME}.db", "old/shop.sqlite"].map(
        (name) => join(cwd, name),
      ),
    );
    assert.deepEqual(config.retention, {
      keepLast: 7,
      keepDaily: 14,
      keepWeekly: 8,
      keepMonthly: 12,
    });
  });

  it("writes a valid one when there is nothing to protect yet", async () => {
    await using folder = await folderOf({});
    const made = await initConfig({ cwd: folder.path, force: false, env: {} });
    assert.deepEqual(made.stores, []);
    const { ok } = await checkConfigFile({ path: undefined, cwd: folder.path, env: {} });
    assert.equal(ok, true);
  });

  it("leaves a file that is there alone, and says what it lacks", async () => {
    await using folder = await folderOf({ "a.db": MAGIC });
    const cwd = folder.path;
    await initConfig({ cwd, force: false, env: {} });
    const before = await readFile(join(cwd, "salvor.yaml"), "utf8");
    await writeFile(join(cwd, "b.db"), MAGIC);

    const again = await initConfig({ cwd, force: false, env: {} });
    assert.equal(again.written, false);
    assert.deepEqual(again.stores, ["b"]);
    assert.equal(again.text, "  b:\n    driver: sqlite\n    path: ./b.db\n");
    assert.equal(await readFile(join(cwd, "salvor.yaml"), "utf8"), before);
  });

  it("keeps what it was forced to replace, each time under another name", async () => {
    await using folder = await folderOf({ "salvor.yaml": "one", "salvor.yaml.old": "older" });
    const cwd = folder.path;
    const made = await initConfig({ cwd, force: true, env: {} });
    assert.equal(made.kept, join(cwd, "salvor.yaml.old-2"));
    assert.equal(await readFile(join(cwd, "salvor.yaml.old-2"), "utf8"), "one");
    assert.equal(await readFile(join(cwd, "salvor.yaml.old"), "utf8"), "older");
    assert.equal((await loadConfig({ path: undefined, cwd, env: {} })).stores.length, 0);
  });

  it("follows no links", async () => {
    await using elsewhere = await folderOf({ "secret.db": MAGIC });
    await using folder = await folderOf({});
    await symlink(elsewhere.path, join(folder.path, "folder"));
    await symlink(join(elsewhere.path, "secret.db"), join(folder.path, "file.db"));
    assert.deepEqual(await lookAround(folder.path), {
      sqliteFiles: [],
      jsonFolders: [],
      logFiles: [],
      cutShort: false,
    });
  });

  it("says so when it stopped looking", async () => {
    await using folder = await folderOf({ "a/b/c.db": MAGIC, "x.db": MAGIC });
    const shallow = await lookAround(folder.path, [], { depthMax: 1, entriesMax: 100 });
    assert.deepEqual(shallow, {
      sqliteFiles: ["x.db"],
      jsonFolders: [],
      logFiles: [],
      cutShort: true,
    });
    const short = await lookAround(folder.path, [], { depthMax: 5, entriesMax: 1 });
    assert.equal(short.cutShort, true);
  });
});

describe("the name of a store", () => {
  it("is valid and unique, whatever the files are called", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1, unit: "binary" })), (paths) => {
        const names = [...nameStores(paths).keys()];
        assert.equal(names.length, paths.length);
        for (const name of names) assert.match(name, STORE_NAME);
      }),
    );
  });
});

it("proposes a folder with ten or more JSON files, with what lies above it, and fewer not", async () => {
  await using folder = await temporaryFolder();
  await mkdir(folder.join("data/orders"), { recursive: true });
  await mkdir(folder.join("few"));
  for (let number = 0; number < 10; number++) {
    const order = JSON.stringify({ total: 5, order_id: `O-${number}` });
    await writeFile(folder.join(`data/orders/O-${number}.json`), order);
    if (number < 9) await writeFile(folder.join(`few/${number}.json`), order);
  }
  await writeFile(folder.join("data/totals.json"), '{"orders": 10}');
  await writeFile(folder.join("package.json"), "{}");
  const { stores, text } = await initConfig({ cwd: folder.path, force: false, env: {} });
  assert.deepEqual(stores, ["data"]);
  assert.match(text, /driver: documents\n {4}path: \.\/data\n {4}collections:\n/);
  assert.match(text, /orders: \{ files: "orders\/\*\.json", key: order_id \}/);
  assert.match(text, /totals: \{ files: totals\.json \}/);
});
