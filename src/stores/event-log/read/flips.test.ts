import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import { temporaryFolder } from "../../../../test/support/folder.ts";
import { seededRandom } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import { openEvents } from "../open-events.ts";
import { eventLogOptions } from "../options.ts";
import { CHECKSUM, historyLines, readAll } from "../samples.ts";
import { LineCheck } from "./line-check.ts";

describe("a single flipped bit", () => {
  it("is seen wherever in a line it is", () => {
    const check = new LineCheck(eventLogOptions.parse({ path: "/log", checksum: CHECKSUM }), null);
    for (const line of historyLines(5)) {
      const bytes = Buffer.from(line);
      assert.ok(!("fault" in check.event(bytes, true)));
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        flip(bytes, bit);
        if (bytes[bit >> 3] !== 0x0a)
          assert.ok("fault" in check.event(bytes, true), `bit ${bit} of ${line}`);
        flip(bytes, bit);
      }
    }
  });

  // Goal: no flip anywhere in a file goes unseen, line feeds included, and it costs its neighbours
  // nothing. Method: flip one bit of a file of some lines, read it, compare with what was there.
  it(`is seen wherever in a file it is, and hides no other event (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    await using folder = await temporaryFolder();
    const path = join(folder.path, "log.jsonl");
    const lines = historyLines(6);
    const whole = Buffer.from(`${lines.join("\n")}\n`);
    await using reader = openEvents({ path, checksum: CHECKSUM });
    await writeFile(path, whole);
    const { events } = await readAll(reader);
    const feeds = [...whole.keys()].filter((at) => whole[at] === 0x0a);
    const bits = [
      ...feeds.flatMap((at) => Array.from({ length: 8 }, (_, bit) => at * 8 + bit)),
      ...Array.from({ length: 150 }, () => random.below(whole.length * 8)),
    ];
    for (const bit of bits) {
      const bytes = Buffer.from(whole);
      flip(bytes, bit);
      await writeFile(path, bytes);
      const { events: kept, damaged } = await readAll(reader);
      const hurt = lineOf(feeds, bit >> 3);
      const lost = whole[bit >> 3] === 0x0a ? [hurt, hurt + 1] : [hurt];
      assert.ok(damaged.length > 0, `bit ${bit}`);
      assert.equal(damaged[0]?.line, hurt + 1, `bit ${bit}`);
      const left = events.filter((_, index) => !lost.includes(index));
      assert.deepEqual(kept, left, `bit ${bit}`);
    }
  });
});

function lineOf(feeds: readonly number[], at: number): number {
  return feeds.filter((feed) => feed < at).length;
}

function flip(bytes: Buffer, bit: number): void {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
}
