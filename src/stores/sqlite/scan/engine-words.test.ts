import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Observation } from "../../../core/finding.ts";
import { Claims, Role, Trouble } from "./claims.ts";
import { placeComplaints } from "./engine-words.ts";
import type { Walked } from "./structure-job.ts";
import { SCHEMA_TREE } from "./trees.ts";

const PAGES = 9;
const table = { ...SCHEMA_TREE, name: "shop", table: "shop", root: 2 };
const index = { ...table, name: "by name", type: "index" as const, root: 3 };

/** A database whose page 2 is a table's, 3 an index's; `hurt` is in trouble. */
function walked(hurt: number | null): Walked {
  const claims = new Claims(PAGES);
  claims.claim(2, Role.tree, 2, 0);
  claims.claim(3, Role.tree, 3, 0);
  if (hurt !== null) claims.blame(hurt, Trouble.zeroed);
  return {
    observations: [],
    pageCount: PAGES,
    pages: {},
    pageMap: [],
    trees: [SCHEMA_TREE, table, index],
    claims: claims.memory,
  };
}

function placed(messages: readonly string[], known: Walked | null): readonly Observation[] {
  return placeComplaints(messages.map(complaint), known);
}

function complaint(description: string): Observation {
  return {
    code: "sqlite.engine.check",
    title: "The engine's own check fails",
    description,
    severity: "critical",
    category: "corruption",
    location: {},
    evidence: description,
    remedies: ["restore-beside", "exchange"],
  };
}

describe("what the engine complains of", () => {
  for (const message of [
    "wrong # of entries in index by name",
    "row 12 missing from index by name",
    "row 12 values differ from index by name",
    "non-unique entry in index by name",
    "Tree 3 page 3: btreeInitPage() returns error code 11",
  ]) {
    it(`is mended by a new index: ${message}`, () => {
      const [first] = placed([message], walked(null));
      assert.equal(first?.location.index, "by name");
      assert.deepEqual(first?.remedies, ["reindex"]);
    });
  }

  it("is not, where the table is hurt too: the index may be the only one to know its rows", () => {
    const [first] = placed(["row 12 missing from index by name"], walked(2));
    assert.equal(first?.location.index, "by name");
    assert.deepEqual(first?.remedies, ["restore-beside", "exchange"]);
  });

  it("names the table of a page", () => {
    const [first] = placed(["Tree 2 page 2 cell 0: Rowid 7 out of order"], walked(null));
    assert.deepEqual(first?.location, { page: 2, table: "shop" });
    assert.equal(first?.severity, "critical");
  });

  it("is told once for each index, with how often", () => {
    const rows = [1, 2, 3, 4, 5, 6, 7].map((row) => `row ${row} missing from index by name`);
    const found = placed(rows, walked(null));
    assert.equal(found.length, 1);
    assert.match(
      found[0]?.description ?? "",
      /^row 1 missing .*; row 5 missing .*; and 2 more like this$/,
    );
  });

  it("is taken line by line, and pages that nothing uses are our walker's to weigh", () => {
    const found = placed(
      ["*** in database main ***\nPage 7: never used\nPage 8: never used"],
      walked(null),
    );
    assert.equal(found.length, 1);
    assert.deepEqual([found[0]?.code, found[0]?.severity], ["sqlite.engine.unused", "low"]);
  });

  it("is no damage where a value breaks a rule, and names its table", () => {
    const found = placed(
      ["NULL value in shop.name", "CHECK constraint failed in shop"],
      walked(null),
    );
    assert.equal(found.length, 1);
    const [{ code, severity, category, location } = complaint("")] = found;
    assert.deepEqual([code, severity, category], ["sqlite.engine.rule", "low", "rule"]);
    assert.deepEqual(location, { table: "shop" });
  });

  it("stays as it is where our walker saw nothing", () => {
    const all = [complaint("disk I/O error")];
    assert.deepEqual(placeComplaints(all, null), all);
    assert.deepEqual(placeComplaints(all, walked(null)), all);
  });
});
