import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { temporaryFolder, type TemporaryFolder } from "../../../test/support/folder.ts";
import { describeProblem } from "./check.ts";
import { checkConfigFile, loadConfig } from "./load.ts";
import { loadForgotten, loadRules } from "./parts.ts";
import type { StoreConfig } from "./types.ts";

const CONFIG = `stores:
  shop:
    driver: sqlite
    path: shop.sqlite
    rules: [a.sql, b.sql]
    forget: erased.ndjson
`;

const GOOD = {
  "a.sql": "-- rule: no-negative · high · An invoice is below zero\nSELECT 1 WHERE 0;\n",
  "b.sql": "-- rule: has-owner - low - A row has no owner\nSELECT 2 WHERE 0\n",
  "erased.ndjson": '{"collection": "customer", "key": {"id": 7}}\n',
};

async function home(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  await writeFile(folder.join("salvor.yaml"), CONFIG, { mode: 0o600 });
  for (const [name, text] of Object.entries({ ...GOOD, ...files }))
    await writeFile(folder.join(name), text, { mode: 0o600 });
  return folder;
}

const request = ({ path }: TemporaryFolder) => ({ path: undefined, cwd: path, env: {} });

async function shopIn(folder: TemporaryFolder): Promise<StoreConfig> {
  const [shop] = (await loadConfig(request(folder))).stores;
  assert.ok(shop !== undefined);
  return shop;
}

async function problemsIn(folder: TemporaryFolder): Promise<readonly string[]> {
  const { ok, problems } = await checkConfigFile(request(folder));
  assert.equal(ok, problems.length === 0);
  return problems.map((each) => describeProblem(each).replaceAll(`${folder.path}/`, ""));
}

describe("the files that a configuration names", () => {
  it("are read in their order when they are needed", async () => {
    await using folder = await home({});
    const shop = await shopIn(folder);
    const rules = await loadRules(shop);
    assert.deepEqual(
      rules.map(({ name, severity, file, line }) => [name, severity, file, line]),
      [
        ["no-negative", "high", folder.join("a.sql"), 1],
        ["has-owner", "low", folder.join("b.sql"), 1],
      ],
    );
    const keys = await loadForgotten(shop);
    assert.deepEqual(
      keys.map(({ collection, key }) => ({ collection, key })),
      [{ collection: "customer", key: { id: 7 } }],
    );
    assert.deepEqual(await problemsIn(folder), []);
    assert.deepEqual(await loadForgotten({ forget: null }), []);
  });

  it("have each mistake told at the key that names them, with their own line", async () => {
    await using folder = await home({
      "a.sql": "-- rule: x · awful · Bad\nSELECT 1\n",
      "b.sql": Buffer.from("-- rule: y - low - Bad\n-- \xff\n", "latin1"),
      "erased.ndjson": '\n{"collection": "customer"}\n',
    });
    assert.deepEqual(await problemsIn(folder), [
      "5:5: stores.shop.rules names a file that cannot be used: b.sql:2: is not UTF-8 from here on",
      '5:5: stores.shop.rules names a.sql:1: gives rule "x" no severity: one of critical, high, medium, low, info',
      '6:5: stores.shop.forget names erased.ndjson:2: is not a forgotten key: write it as {"collection": "customer", "key": {"id": 7}}',
    ]);
    const shop = await shopIn(folder);
    await assert.rejects(loadRules({ rules: shop.rules.slice(0, 1) }), {
      code: "CONFIG_INVALID",
      message: `${folder.join("a.sql")}:1: gives rule "x" no severity: one of critical, high, medium, low, info`,
    });
    await assert.rejects(loadForgotten(shop), { code: "CONFIG_INVALID" });
  });

  it("are refused when others can write them, even beside a configuration that was named", async () => {
    await using folder = await home({});
    const shop = await shopIn(folder);
    for (const name of ["b.sql", "erased.ndjson"]) await chmod(folder.join(name), 0o602);
    const refused = { code: "CONFIG_UNTRUSTED", hint: /^Take the right away: chmod go-w / };
    await assert.rejects(loadRules(shop), refused);
    await assert.rejects(loadForgotten(shop), refused);
    const named = { path: folder.join("salvor.yaml"), cwd: "/", env: {} };
    const { problems } = await checkConfigFile(named);
    assert.deepEqual(
      problems.map(({ line, key }) => [line, key]),
      [
        [5, "stores.shop.rules"],
        [6, "stores.shop.forget"],
      ],
    );
  });

  it("that are missing or folders are problems, and no command that needs none of them fails", async () => {
    await using folder = await home({
      "salvor.yaml": CONFIG.replace("b.sql", "none.sql").replace("erased.ndjson", "folder"),
    });
    await mkdir(folder.join("folder"));
    const found = await problemsIn(folder);
    assert.equal(found.length, 2);
    assert.match(
      found[0] ?? "",
      /^5:5: stores\.shop\.rules names a file that cannot be used: .*none\.sql/,
    );
    assert.match(found[1] ?? "", /^6:5: stores\.shop\.forget names .*folder is not a file$/);
    await assert.rejects(loadRules(await shopIn(folder)), { code: "NOT_FOUND" });
  });

  it("are schemas of events too", async () => {
    const log =
      "\n  log: { driver: event-log, path: log.jsonl, schemas: { a: a.json, b: b.json } }\n";
    await using folder = await home({ "a.json": '{ "type": "object" }' });
    await writeFile(folder.join("salvor.yaml"), `${CONFIG}${log}`, { mode: 0o600 });
    const [problem, ...others] = await problemsIn(folder);
    assert.match(
      problem ?? "",
      /^8:\d+: stores\.log\.schemas names one of b that cannot be used: b\.json does not exist$/,
    );
    assert.deepEqual(others, []);
    await writeFile(folder.join("b.json"), '{ "type": "text" }');
    assert.match((await problemsIn(folder)).join(), /names one of b that cannot be used/);
    await writeFile(folder.join("b.json"), "{}");
    assert.deepEqual(await problemsIn(folder), []);
  });

  it("are schemas of documents, and patterns that take in something", async () => {
    const store = (collections: string): string =>
      `${CONFIG}  folder:\n    driver: documents\n    path: data\n    collections:\n${collections}`;
    await using folder = await home({
      "salvor.yaml": store("      a: { files: a.json, schema: none.json }\n"),
    });
    assert.deepEqual(await problemsIn(folder), [
      "11:27: stores.folder.collections.a.schema names one that cannot be used: none.json does not exist",
    ]);
    const wrong = store(
      "      a: { files: 'a[.json' }\n      b: { key: id }\n      c: { files: 7 }\n",
    );
    await writeFile(folder.join("salvor.yaml"), wrong);
    assert.deepEqual(await problemsIn(folder), [
      '11:12: stores.folder.collections.a.files must be a pattern for paths below the store, with a "]" for each "["',
      "12:7: stores.folder.collections.b.files is missing",
      "13:12: stores.folder.collections.c.files must be a text or a list, not a number",
    ]);
  });
});
