import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { count, duration, keyText, moment, safe, shortId, size } from "./text.ts";

describe("text from data", () => {
  it("cannot speak to the terminal, whatever it holds", () => {
    assert.equal(safe("a\x1b[2Jb\x9b31m\r\n\x7f"), "a\\x1b[2Jb\\x9b31m\\x0d\\x0a\\x7f");
    assert.equal(safe("gpj.\u202Eexe\u2066"), "gpj.\\u202eexe\\u2066");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.doesNotMatch(safe(text), /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u);
        assert.ok(safe(text).isWellFormed());
      }),
    );
  });

  it("shows the half of a pair as what it is", () => {
    assert.equal(safe("\ud800x\udc00 \u{1f600}\ufffe"), "\\ud800x\\udc00 \u{1f600}\\ufffe");
  });

  it("stays as it is when it is harmless, in any script", () => {
    for (const text of ["Grüße", "日本語", "שלום", "a\\x1b", "🙂"]) assert.equal(safe(text), text);
  });
});

describe("numbers for people", () => {
  it("have three digits and a unit", () => {
    assert.deepEqual([0, 999, 1000, 1_049_000, 12_340_000, 999_950, 5e15].map(size), [
      "0 B",
      "999 B",
      "1.0 kB",
      "1.0 MB",
      "12.3 MB",
      "1.0 MB",
      "5.0 PB",
    ]);
    assert.deepEqual([0, 840, 12_345, 59_990, 250_000, 7_200_000, 12_060_000, 9e8].map(duration), [
      "0 ms",
      "840 ms",
      "12.3 s",
      "1 min",
      "4 min 10 s",
      "2 h",
      "3 h 21 min",
      "10 d",
    ]);
    assert.equal(count(15_607), "15,607");
    assert.equal(count(999), "999");
  });

  it("of an hour just before it is full never show sixty minutes", () => {
    assert.equal(duration(3_599_600), "1 h");
  });
});

describe("ids and times", () => {
  it("are cut to what tells them apart", () => {
    assert.equal(shortId("ab".repeat(32)), "abababababab");
    assert.equal(shortId("run_0197"), "run_0197");
    assert.equal(moment("2026-11-21T04:02:12.345Z"), "2026-11-21 04:02:12 UTC");
    assert.equal(moment("\x1b"), "\\x1b");
  });
});

describe("a key", () => {
  it("is read by its columns, or as JSON", () => {
    assert.equal(keyText({ album_id: 3, name: "a\u202eb" }), 'album_id=3, name="a\\u202eb"');
    assert.equal(keyText([1, null]), "[1,null]");
  });
});
