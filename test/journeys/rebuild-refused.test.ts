import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { openRegistry } from "./registry-site.ts";

// Goal: what a rebuild cannot mean is refused before anything is built.
// Method: the real program, with a folder in the state's place, and with sizes that are none.

describe("a rebuild is refused", () => {
  it("where a folder lies in the state's place: nobody's files are moved", async () => {
    await using registry = await openRegistry();
    const precious = join(registry.state, "precious");
    mkdirSync(registry.state, { recursive: true });
    writeFileSync(precious, "mine");
    const { stderr } = await registry.site.expect(3, ["rebuild"]);
    assert.match(stderr, /registry\.sqlite is a folder, and no state\n {2}Move it away/);
    assert.deepEqual([existsSync(precious), registry.left()], [true, []]);
  });

  it("with batches of nothing", async () => {
    await using registry = await openRegistry();
    const { stderr } = await registry.site.expect(2, ["rebuild", "--batch-size", "0"]);
    assert.match(stderr, /^salvor: 0 is no size of a batch\n/);
    assert.equal(existsSync(registry.state), false);
  });
});
