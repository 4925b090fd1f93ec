import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { SalvorError } from "../core/errors.ts";
import type { ProjectionConfig, StateVerdict } from "../projections/types.ts";
import { stateObservations } from "./state-observations.ts";

const projection: ProjectionConfig = {
  name: "registry",
  version: 2,
  log: "history",
  target: "/srv/state/registry.sqlite",
  tables: { files: { key: ["path"], columns: { path: "text" }, indexes: [] } },
  form: { kind: "declarative", on: {}, upcast: {} },
};
const consistent: StateVerdict = {
  projection: "registry",
  target: projection.target,
  consistent: true,
  differences: [],
  differencesTotal: 0,
  missingTables: [],
  behind: 0,
  ahead: 0,
  corrupted: 0,
  expected: "sha256:00",
  actual: "sha256:00",
};
const different: StateVerdict = {
  ...consistent,
  consistent: false,
  differences: [{ collection: "files", key: { path: "a" }, kind: "missing" }],
  differencesTotal: 1,
};
const head = { version: 2, definition: "sha256:01", applied: 10, checkpoint: null };
const wanted = { version: 2, definition: "sha256:01" } as const;
const other = { ...head, definition: "sha256:02" };

function codes(found: Parameters<typeof stateObservations>[1]): readonly string[] {
  return stateObservations(projection, found).map(({ code }) => code);
}

describe("what is said of a state", () => {
  it("is nothing where it is what its log says, by the definition of today", () => {
    assert.deepEqual(codes({ verdict: consistent, head: null, wanted, trouble: null }), []);
    assert.deepEqual(codes({ verdict: consistent, head, wanted, trouble: null }), []);
  });

  it("is another version, or another definition, also where the rows are the same", () => {
    const said = (built: typeof head) =>
      stateObservations(projection, { verdict: consistent, head: built, wanted, trouble: null });
    const [version, ...none] = said({ ...other, version: 1 });
    assert.deepEqual([version?.code, version?.severity], ["projection.version", "medium"]);
    assert.equal(version?.description, "registry is of version 2, its state of version 1");
    assert.deepEqual([version?.remedies, none], [["rebuild"], []]);
    const [definition] = said(other);
    assert.equal(definition?.code, "projection.version");
    assert.match(definition.description, /^registry was changed since its state was built/);
  });

  it("names the rows that differ, and calls for a rebuild", () => {
    const [only, ...others] = stateObservations(projection, {
      verdict: different,
      head,
      wanted,
      trouble: null,
    });
    assert.deepEqual(others, []);
    assert.equal(only?.code, "projection.state.differs");
    assert.match(only.evidence, /^missing files path="a"$/);
    assert.deepEqual(only.remedies, ["rebuild"]);
    assert.deepEqual(only.location, { file: projection.target });
  });

  it("names a table that is missing", () => {
    const verdict = { ...different, missingTables: ["files"] };
    const [only] = stateObservations(projection, { verdict, head, wanted, trouble: null });
    assert.equal(only?.code, "projection.state.differs");
    assert.match(only.description, /registry\.sqlite has no table files; 1 row differ/);
  });

  it("tells what is late from what is wrong", () => {
    const verdict = { ...different, behind: 3 };
    assert.deepEqual(codes({ verdict, head, wanted, trouble: null }), ["projection.state.behind"]);
    assert.deepEqual(codes({ verdict, head: { ...other, version: 1 }, wanted, trouble: null }), [
      "projection.version",
      "projection.state.behind",
    ]);
  });

  it("blames the log for what it has lost, and calls for no rebuild", () => {
    const verdict = { ...different, ahead: 3 };
    const [only] = stateObservations(projection, { verdict, head, wanted, trouble: null });
    assert.equal(only?.code, "projection.log.shorter");
    assert.deepEqual(only.remedies, []);
  });

  it("is why it cannot be read, and nothing else, where it cannot", () => {
    const trouble = (code: "STORE_MISSING" | "STORE_DAMAGED"): SalvorError =>
      new SalvorError(code, "it is so", { hint: "" });
    const verdict = { ...different, actual: null };
    assert.deepEqual(codes({ verdict, head: null, wanted, trouble: trouble("STORE_MISSING") }), [
      "projection.state.missing",
    ]);
    assert.deepEqual(codes({ verdict, head: null, wanted, trouble: trouble("STORE_DAMAGED") }), [
      "projection.state.unreadable",
    ]);
  });
});
