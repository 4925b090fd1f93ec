import assert from "node:assert/strict";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { EXPECTED, openRegistry } from "./registry-site.ts";

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

  it("where links lead to a file of somebody else, which stays as it is", async () => {
    await using registry = await openRegistry();
    const { site, log, state } = registry;
    mkdirSync(site.join("state"));
    const before = readFileSync(log, "utf8");
    const links = [
      () => symlinkSync("../events/history.jsonl", state),
      () => linkSync(log, state),
      () => symlinkSync("../salvor.yaml", state),
    ];
    await using salvor = await site.open();
    for (const link of links) {
      link();
      const message = /registry\.sqlite .*(?:a file of "history"|the configuration): no state/;
      await assert.rejects(salvor.rebuild({}), { code: "REFUSED", message });
      assert.equal(readFileSync(log, "utf8"), before);
      rmSync(state);
    }
    symlinkSync(log, state);
    await site.expect(3, ["recover", "registry", "--yes"]);
    assert.equal(readFileSync(log, "utf8"), before);
    rmSync(state);
    const elsewhere = site.join("elsewhere.sqlite");
    symlinkSync(elsewhere, state);
    await site.expect(0, ["rebuild"]);
    assert.deepEqual(registry.rows(elsewhere), EXPECTED, "a link to nobody's file is followed");
  });

  it("where it has another name in a tree or among documents, and nowhere else", async () => {
    await using registry = await openRegistry({
      log: `}
  papers: { driver: documents, path: ./papers }
  tree: { driver: files, path: ./tree`,
    });
    const { site, state } = registry;
    mkdirSync(site.join("state"));
    await using salvor = await site.open();
    for (const folder of ["papers", "tree"]) {
      mkdirSync(site.join(folder, "deep"), { recursive: true });
      const other = site.join(folder, "deep", "a.json");
      writeFileSync(other, "{}");
      linkSync(other, state);
      await assert.rejects(salvor.rebuild({}), {
        code: "REFUSED",
        message: new RegExp(`is ${other}, too, a file of "${folder}": no state`),
      });
      assert.equal(readFileSync(other, "utf8"), "{}");
      rmSync(state);
    }
    await salvor.rebuild({});
    linkSync(state, site.join("elsewhere.sqlite"));
    await salvor.rebuild({});
    assert.deepEqual(registry.rows(), EXPECTED);
  });

  it("where such a link is made while it is built", async () => {
    await using registry = await openRegistry();
    const { site, log, state } = registry;
    const before = readFileSync(log, "utf8");
    await using salvor = await site.open();
    const onProgress = () => {
      if (!existsSync(state)) symlinkSync(log, state);
    };
    await assert.rejects(salvor.rebuild({ projections: ["registry"], onProgress }), {
      code: "REFUSED",
    });
    assert.equal(readFileSync(log, "utf8"), before);
  });

  it("with batches of nothing", async () => {
    await using registry = await openRegistry();
    const { stderr } = await registry.site.expect(2, ["rebuild", "--batch-size", "0"]);
    assert.match(stderr, /^salvor: 0 is no size of a batch\n/);
    assert.equal(existsSync(registry.state), false);
  });
});
