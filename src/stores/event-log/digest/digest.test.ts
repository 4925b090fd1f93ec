import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { crc32c } from "./crc32c.ts";
import { fieldsDigest, hexDigest } from "./digest.ts";
import { HeadChecksum } from "./head-checksum.ts";

// The vectors of docs/format/events.md.
const HEAD = '{"id":"1","type":"noted","data":{"n":1}';
const OVER_HEAD = {
  crc32: "06fdaff2",
  crc32c: "8d692f4d",
  sha256: "28eb17dbf35ba06f409480af0c471d390b2207f3325d0b1affa6b3b74be99a8a",
} as const;
const OVER_FIELDS = {
  crc32: "62a2158b",
  crc32c: "d581f665",
  sha256: "b06d2d34bc2f723c7e5249b6955f1363a900ac7d4b2d419c4cc92949f6b20200",
} as const;

describe("a digest of an event", () => {
  it("CRC-32C is that of RFC 3720, appendix B.4", () => {
    const ascending = Uint8Array.from({ length: 32 }, (_, at) => at);
    const sums = [
      new Uint8Array(32),
      new Uint8Array(32).fill(0xff),
      ascending,
      ascending.toReversed(),
    ];
    assert.deepEqual(sums.map(crc32c), [0x8a9136aa, 0x62a8ab43, 0x46dd794e, 0x113fdb5c]);
    assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
    assert.equal(crc32c(new Uint8Array(0)), 0);
  });

  it("is that of the documented vectors", () => {
    for (const algorithm of ["crc32", "crc32c", "sha256"] as const) {
      assert.equal(hexDigest(algorithm, Buffer.from(HEAD)), OVER_HEAD[algorithm]);
      const event = { type: "noted", data: { n: 1 }, id: "1", other: true };
      const fields = ["type", "id", "data", "missing"];
      assert.equal(fieldsDigest(algorithm, event, fields), OVER_FIELDS[algorithm]);
    }
  });

  it("is compared exactly: place, case and number of digits", () => {
    for (const algorithm of ["crc32", "crc32c", "sha256"] as const) {
      const seal = new HeadChecksum("checksum", algorithm);
      const sum = OVER_HEAD[algorithm];
      const holds = (line: string): boolean => {
        const bytes = Buffer.from(line);
        const head = seal.headEnd(bytes, 0, bytes.length);
        return head >= 0 && seal.holds(bytes, 0, head, bytes.length);
      };
      assert.ok(holds(`${HEAD},"checksum":"${sum}"}`));
      assert.ok(holds(`${HEAD}, "checksum": "${sum}"}`));
      assert.ok(holds(`${HEAD},"checksum":"${sum}"}\r`));
      assert.ok(!holds(`${HEAD},"checksum":"${sum.toUpperCase()}"}`));
      assert.ok(!holds(`${HEAD},"checksum":"${sum}0"}`));
      assert.ok(!holds(`${HEAD},"checksum":"${sum}","more":1}`));
      assert.ok(!holds(`${HEAD},"checksum":"${sum}"} `));
      assert.ok(!holds(`${HEAD},"checksun":"${sum}"}`));
      assert.ok(!holds(`,"checksum":"${sum}"}`));
      assert.ok(!holds(""));
    }
  });
});
