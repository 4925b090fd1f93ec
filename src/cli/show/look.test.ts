import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { AuditedStore } from "../../app/look-documents.ts";
import { auditDetails } from "./look.ts";

const file = (name: string, error: string | null = null): AuditedStore["files"][number] => ({
  path: `/data/${name}`,
  exists: true,
  readable: true,
  sizeBytes: 20,
  modifiedAt: null,
  sha256: null,
  valid: error === null,
  error,
});

const audited = (files: AuditedStore["files"]): AuditedStore => ({
  store: "shop",
  sound: true,
  complete: true,
  checked: files.length,
  durationMs: 1,
  collections: { orders: 7, "(files)": 9 },
  files,
  structure: { ok: true, missing: [], unexpected: [] },
  metadata: { ok: false, differences: ["totals.json: orders says 9, but by orders it is 7"] },
  properties: { internal: ["(files)"] },
});

const many = Array.from({ length: 30 }, (_, at) => file(`${at}.json`));

describe("an audit on a screen", () => {
  it("lists few files, counts what is the owner's, and tells of metadata", () =>
    assert.deepEqual(auditDetails(audited([file("1.json")])), [
      "  /data/1.json  20 B",
      "  1 collection, 7 rows",
      "  metadata: totals.json: orders says 9, but by orders it is 7",
    ]));

  it("lists of many files those with a fault", () => {
    const bad = file("bad.json", "bad.json is empty");
    const [first, second] = auditDetails(audited([bad, ...many]));
    assert.equal(first, "  /data/bad.json  20 B: bad.json is empty");
    assert.equal(second, "  its other files: --json lists them");
    assert.equal(auditDetails(audited(many))[0], "  its files: --json lists them");
  });

  it("lists at most twenty with a fault", () => {
    const lines = auditDetails(audited(many.map((each) => ({ ...each, exists: false }))));
    assert.equal(lines.filter((line) => line.endsWith("is missing")).length, 20);
    assert.equal(lines[20], "  and 10 more files with a fault: --json lists them");
  });
});
