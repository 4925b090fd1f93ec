import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ERRORS, SalvorError } from "../core/errors.ts";
import { EXIT_STATUSES } from "./exit-status.ts";
import { failureOf, failureText } from "./failure.ts";

const error = new SalvorError("NOT_EMPTY", "/x\x1b exists already", {
  hint: "Name another path.",
  cause: new Error("EEXIST"),
});

describe("a failure", () => {
  it("is one sentence and one hint, harmless for a terminal", () => {
    const failure = failureOf(error, null);
    assert.equal(failure.status, 3);
    assert.equal(
      failureText(failure, "text", { verbose: false }),
      "salvor: /x\\x1b exists already\n  Name another path.\n",
    );
  });

  it("is one line of JSON for machines", () => {
    const text = failureText(failureOf(error, null), "json", { verbose: false });
    assert.equal(text.split("\n").length, 2);
    assert.deepEqual(JSON.parse(text), {
      error: { code: "NOT_EMPTY", message: "/x\x1b exists already", hint: "Name another path." },
    });
  });

  it("shows where it comes from only when asked, causes included", () => {
    const failure = failureOf(error, null);
    assert.doesNotMatch(failureText(failure, "text", { verbose: false }), / at /);
    assert.match(failureText(failure, "text", { verbose: true }), /caused by Error: EEXIST/);
  });

  it("is what came first, not what cleaning up after it added", () => {
    const both = new SuppressedError(new Error("unlink failed too"), error);
    const failure = failureOf(both, null);
    assert.equal(failure.code, "NOT_EMPTY");
    assert.match(failure.stack ?? "", /and then Error: unlink failed too/);
  });

  it("of a disk is not blamed on Salvor", () => {
    const full = Object.assign(new Error("ENOSPC"), { code: "ENOSPC", path: "/x" });
    assert.equal(failureOf(full, null).code, "DISK_FULL");
  });

  it("that nobody foresaw is a fault of ours", () => {
    const failure = failureOf(new TypeError("x is not a function"), null);
    assert.equal(failure.status, 70);
    assert.equal(failure.message, "a fault of Salvor's own: x is not a function");
    assert.equal(failureOf("thrown text", null).status, 70);
  });

  it("that follows from a signal has the signal's status", () => {
    assert.equal(failureOf(error, "SIGINT").status, 130);
    assert.equal(failureOf(new DOMException("", "AbortError"), "SIGTERM").status, 143);
  });

  it("always has a status that the help explains", () => {
    for (const [code, { exit }] of Object.entries(ERRORS)) {
      assert.ok(Object.hasOwn(EXIT_STATUSES, exit), code);
    }
  });
});
