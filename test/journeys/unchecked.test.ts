import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import type { VerifyDocument } from "../../src/app/types.ts";
import { openSite } from "./site.ts";

// Goal: a proof says what the engine could not look at, and is no lesser proof for it.
// Method: an index by a function that only the application has.

const LACK = "table item: unknown function: own()";

test("what the engine could not check is told, in words and in the document", async () => {
  await using site = await openSite({ stores: { shop: "shop.sqlite", sound: "sound.sqlite" } });
  const database = new DatabaseSync(site.database("shop"));
  database.function("own", { deterministic: true }, (value) => value);
  database.exec("CREATE TABLE item (name TEXT); CREATE INDEX by_own ON item (own(name))");
  database.close();
  new DatabaseSync(site.database("sound")).exec("CREATE TABLE item (name TEXT)");

  const { stderr } = await site.expect(0, ["backup", "--verify"]);
  assert.match(stderr, /shop: the engine could not check table item: unknown function: own\(\)/);
  assert.doesNotMatch(stderr, /sound: the engine could not/);

  const shown = await site.expect(0, ["verify", "shop@latest", "--level", "complete"]);
  assert.match(shown.stdout, /ok +level complete/);
  assert.ok(shown.stdout.includes(`not checked: ${LACK}`), shown.stdout);

  const verified = await site.expect(0, ["verify", "--level", "complete", "--json"]);
  const { results } = verified.json() as VerifyDocument;
  const shops = results.filter(({ store }) => store === "shop");
  assert.deepEqual(
    shops.map(({ level, unchecked }) => [level, unchecked]),
    [["complete", [LACK]]],
  );
  assert.deepEqual(results.find(({ store }) => store === "sound")?.unchecked, []);
});
