import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { SalvorError } from "./errors.ts";
import { tellError } from "./tell-error.ts";

describe("an error in words", () => {
  it("is told as what the disk did, wherever that was met", () => {
    const full = Object.assign(new Error("no space"), { code: "ENOSPC", path: "/data/locks" });
    const { code, message } = tellError(full);
    assert.equal(code, "DISK_FULL");
    assert.match(message, /\/data\/locks/);
  });

  it("is what it says of itself, or a fault", () => {
    const own = new SalvorError("NOT_EMPTY", "x exists already", { hint: "Move it." });
    const { code, message, hint } = own;
    assert.deepEqual(tellError(own), { code, message, hint });
    assert.equal(tellError(new TypeError("x is undefined")).code, "FAULT");
    assert.equal(tellError(new TypeError("x is undefined"), "HOST_FAILED").code, "HOST_FAILED");
  });
});
