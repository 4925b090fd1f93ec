import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { auditStore } from "../../src/app/one-store.ts";
import { buildTreeZoo } from "../support/tree-zoo.ts";
import { openSite, type Site } from "./site.ts";

// Goal: a path is read as what it is: a folder as a tree or as what it is compared with, a file as a
// database.
// Method: restored copies are compared with their snapshots by path, in either order; then one is spoiled.

const MORE = `  etc: { driver: files, path: ./etc, exclude: ["*.tmp"] }
  docs:
    driver: documents
    path: ./docs
    collections: { items: { files: ["*.json"], key: id } }
`;

async function openPaths(): Promise<Site> {
  const site = await openSite({ stores: { shop: "shop.sqlite" }, more: MORE });
  new DatabaseSync(site.database("shop")).exec("CREATE TABLE item (id INTEGER PRIMARY KEY)");
  buildTreeZoo(site.join("etc"));
  mkdirSync(site.join("docs"));
  for (const id of [1, 2])
    writeFileSync(site.join("docs", `${id}.json`), JSON.stringify({ id, name: `item ${id}` }));
  await site.expect(0, ["backup"]);
  return site;
}

test("a path is compared as what stands on the other side, whichever side that is", async () => {
  await using site = await openPaths();
  await using salvor = await site.open();
  for (const [store, spoil, collection] of [
    ["etc", "app.conf", "files"],
    ["docs", "1.json", "items"],
  ] as const) {
    const path = `${store}-restored`;
    await salvor.restore({ snapshot: `${store}@latest`, to: path });
    if (store === "etc") writeFileSync(site.join(path, "left.tmp"), "is excluded there");
    for (const [a, b] of [
      [path, `${store}@latest`],
      [`${store}@latest`, path],
      [`./${store}`, path],
    ] as const)
      assert.ok((await salvor.compare({ a, b })).equal, `${a} and ${b}`);
    writeFileSync(site.join(path, spoil), '{ "id": 1, "name": "another" }');
    const { equal, collections } = await salvor.compare({ a: path, b: `${store}@latest` });
    assert.equal(equal, false);
    assert.equal(collections.find(({ name }) => name === collection)?.total.changed, 1);
  }
  await salvor.restore({ snapshot: "shop@latest", to: "copy.sqlite" });
  assert.ok((await salvor.compare({ a: "copy.sqlite", b: "shop@latest" })).equal);
});

test("a folder of which nothing is known is a tree of files", async () => {
  await using site = await openPaths();
  rmSync(site.join("salvor.yaml"));
  const { collections } = (await site.expect(0, ["receipt", "docs", "--json"])).json() as {
    readonly collections: Readonly<Record<string, { readonly count: number }>>;
  };
  assert.deepEqual(Object.keys(collections), ["files"]);
  assert.equal(collections["files"]?.count, 3);
  const tree = await auditStore({ path: site.join("docs") });
  assert.equal(tree.stores[0]?.collections?.["files"], 3);
  const database = await auditStore({ path: site.database("shop") });
  assert.deepEqual(database.stores[0]?.collections, { item: 0 });
});
