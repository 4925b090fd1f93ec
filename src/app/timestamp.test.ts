import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { momentMs } from "./timestamp.ts";

describe("a time that somebody gives", () => {
  it("is milliseconds or RFC 3339, and both say the same", () => {
    const day = { min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T00:00:00Z") };
    fc.assert(
      fc.property(fc.date({ ...day, noInvalidDate: true }), (date) => {
        for (const given of [date.getTime(), String(date.getTime()), date.toISOString()])
          assert.equal(momentMs(given, "--from-timestamp"), date.getTime());
      }),
    );
    assert.equal(momentMs("2020-10-06T21:16:03+02:00", "-"), Date.parse("2020-10-06T19:16:03Z"));
  });

  it("may be absent, which is no time at all", () => {
    assert.equal(momentMs(undefined, "--from-timestamp"), null);
  });

  it("is refused with the flag and two examples when it is none", () => {
    const words = [
      "",
      " ",
      "now",
      "2020-10-06",
      "2020-13-06T00:00:00Z",
      "1.5",
      "1e3",
      "0x10",
      Number.NaN,
      1.5,
      9e15,
    ];
    for (const word of words) {
      assert.throws(() => momentMs(word, "--until-timestamp"), {
        code: "USAGE",
        message: `"${word}" is not a time for --until-timestamp`,
      });
    }
  });
});
