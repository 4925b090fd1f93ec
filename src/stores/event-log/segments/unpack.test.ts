import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { it } from "node:test";
import { constants, deflateRawSync, gzipSync } from "node:zlib";

import { temporaryFolder } from "../../../../test/support/folder.ts";
import { unpack } from "./unpack.ts";

// Goal: damage in a compressed file costs nothing of what stands before it.
// Method: blocks that end with their line; behind one of them a block begins as none may.

const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
const lines = Array.from(
  { length: 9_000 },
  (_, at) => `{"id":"${at}","text":"${"x".repeat(50)}"}\n`,
);
const finishFlush = constants.Z_SYNC_FLUSH;

async function unpacked(bytes: Uint8Array): Promise<{ text: string; trouble: string | null }> {
  await using folder = await temporaryFolder();
  const path = folder.join("log.gz");
  await writeFile(path, bytes);
  let trouble: string | null = null;
  const portions = await Array.fromAsync(unpack(path, "gzip", (why) => (trouble = why)));
  return { text: Buffer.concat(portions).toString(), trouble };
}

for (const whole of [0, 1, 700, 8_999]) {
  it(`gives all ${whole} lines before damage`, async () => {
    const blocks = lines.slice(0, whole).map((line) => deflateRawSync(line, { finishFlush }));
    const rest = deflateRawSync(lines.slice(whole).join("")).fill(0xff, 0, 1);
    const { text, trouble } = await unpacked(Buffer.concat([HEADER, ...blocks, rest]));
    assert.equal(text, lines.slice(0, whole).join(""));
    assert.match(trouble ?? "", /invalid block type/);
  });
}

it("gives everything where nothing is damaged, and what there is where the end is missing", async () => {
  const packed = gzipSync(lines.join(""));
  assert.deepEqual(await unpacked(packed), { text: lines.join(""), trouble: null });
  const { text, trouble } = await unpacked(packed.subarray(0, -9));
  assert.ok(lines.join("").startsWith(text) && text.length > lines.join("").length - 1_000);
  assert.match(trouble ?? "", /unexpected end/);
});
