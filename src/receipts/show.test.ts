import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { blob, integer, nothing, real, text } from "../../test/support/entries.ts";
import { writeKey, writeRecord } from "./canonical.ts";
import { showKey, showValue } from "./show.ts";

describe("a value shown as JSON", () => {
  it("is what it is, unless JSON would round or break it", () => {
    const values = [nothing, integer(-7), real(1.5), text("é"), text(""), integer(2n ** 53n - 1n)];
    assert.deepEqual(
      values.map((value) => showValue(value, "utf-8")),
      [null, -7, 1.5, "é", "", 2 ** 53 - 1],
    );
  });

  it("is marked where JSON has no such thing", () => {
    const values = [
      integer(2n ** 53n),
      integer(-(2n ** 63n)),
      real(-Infinity),
      blob(0, 255),
      { type: "text", bytes: Uint8Array.of(0xff, 0x41) } as const,
    ];
    assert.deepEqual(
      values.map((value) => showValue(value, "utf-8")),
      [
        { $int: "9007199254740992" },
        { $int: "-9223372036854775808" },
        { $real: "-Infinity" },
        { $bytes: "AP8=" },
        { $bytes: "/0E=" },
      ],
    );
  });

  it("is read in the encoding of its store", () => {
    const little = { type: "text", bytes: Buffer.from("aé", "utf16le") } as const;
    assert.equal(showValue(little, "utf-16le"), "aé");
    assert.equal(showValue({ type: "text", bytes: Buffer.from([0, 97]) }, "utf-16be"), "a");
    assert.deepEqual(showValue({ type: "text", bytes: Buffer.from([97]) }, "utf-16be"), {
      $bytes: "YQ==",
    });
  });
});

describe("a key shown as JSON", () => {
  const shape = { columns: ["__proto__", "b"], encoding: "utf-8" } as const;

  it("is an object by column, of the key or of the whole row", () => {
    const keyed = showKey({ ...shape, key: ["b"] }, writeKey([integer(5)]));
    assert.deepEqual(keyed, { b: 5 });
    const keyless = showKey({ ...shape, key: [] }, writeRecord([integer(5), text("x")]));
    assert.equal(JSON.stringify(keyless), '{"__proto__":5,"b":"x"}');
  });

  it("numbers the columns that it has no names for", () => {
    assert.deepEqual(showKey({ ...shape, key: ["b"] }, writeKey([integer(5), nothing])), {
      b: 5,
      "#2": null,
    });
  });
});
