import assert from "node:assert/strict";
import { it } from "node:test";

import { eventLogOptions } from "../options.ts";
import { LineIds } from "./line-ids.ts";

it("the id of a kept line has all digits of its number, as the id of an event has", () => {
  const ids = new LineIds(eventLogOptions.parse({ path: "/log" }));
  const idOf = (id: string): unknown => ids.ofBytes(Buffer.from(`{"id":${id},"type":"t"}`));
  assert.deepEqual(idOf("9007199254740993"), { id: "9007199254740993" });
  assert.deepEqual(idOf("-7"), { id: "-7" });
  assert.deepEqual(idOf('"9007199254740993"'), { id: "9007199254740993" });
  for (const none of ["0.5", "1e400", "null", "[1]"]) {
    assert.deepEqual(idOf(none), { fault: "nameless" });
  }
});
