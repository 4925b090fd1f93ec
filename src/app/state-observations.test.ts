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

function codes(found: Parameters<typeof stateObservations>[1]): readonly string[] {
  return stateObservations(projection, found).map(({ code }) => code);
}

describe("what is said of a state", () => {
  it("is nothing where it is what its log says, whatever else it tells of itself", () => {
    assert.deepEqual(codes({ verdict: consistent, head: null, trouble: null }), []);
    assert.deepEqual(
      codes({ verdict: consistent, head: { ...head, version: 1 }, trouble: null }),
      [],
    );
  });

  it("names the rows that differ, and calls for a rebuild", () => {
    const [only, ...others] = stateObservations(projection, {
      verdict: different,
      head,
      trouble: null,
    });
    assert.deepEqual(others, []);
    assert.equal(only?.code, "projection.state.differs");
    assert.match(only.evidence, /^missing files path="a"$/);
    assert.deepEqual(only.remedies, ["rebuild"]);
    assert.deepEqual(only.location, { file: projection.target });
  });

  it("tells what is late from what is wrong", () => {
    const verdict = { ...different, behind: 3 };
    assert.deepEqual(codes({ verdict, head, trouble: null }), ["projection.state.behind"]);
    assert.deepEqual(codes({ verdict, head: { ...head, version: 1 }, trouble: null }), [
      "projection.version",
      "projection.state.behind",
    ]);
  });

  it("blames the log for what it has lost, and calls for no rebuild", () => {
    const verdict = { ...different, ahead: 3 };
    const [only] = stateObservations(projection, { verdict, head, trouble: null });
    assert.equal(only?.code, "projection.log.shorter");
    assert.deepEqual(only.remedies, []);
  });

  it("is why it cannot be read, and nothing else, where it cannot", () => {
    const trouble = (code: "STORE_MISSING" | "STORE_DAMAGED"): SalvorError =>
      new SalvorError(code, "it is so", { hint: "" });
    const verdict = { ...different, actual: null };
    assert.deepEqual(codes({ verdict, head: null, trouble: trouble("STORE_MISSING") }), [
      "projection.state.missing",
    ]);
    assert.deepEqual(codes({ verdict, head: null, trouble: trouble("STORE_DAMAGED") }), [
      "projection.state.unreadable",
    ]);
  });
});
