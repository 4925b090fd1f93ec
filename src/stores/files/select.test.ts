import assert from "node:assert/strict";
import { existsSync, linkSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";

import { treeBench, type TreeBench } from "../../../test/support/tree-bench.ts";
import { buildTreeZoo, treeFacts } from "../../../test/support/tree-zoo.ts";
import type { Content, Image } from "../types.ts";

const signal = AbortSignal.timeout(120_000);

describe("a part of a tree", () => {
  for (const [what, only, paths] of [
    ["one file, with the folders above it", ["conf/b"], ["", "/conf", "/conf/b"]],
    ["a folder, with all below it", ["conf.d/"], confD()],
    ["a pattern of names, at any depth", ["*b"], ["", "/conf", "/conf/b"]],
    ["a pattern of paths", ["./conf/b*"], ["", "/conf", "/conf/b"]],
    ["a link, and not what it leads to", ["current"], ["", "/current"]],
    ["an empty file", ["nothing"], ["", "/nothing"]],
    ["what is large, behind much that is small", ["large.bin"], ["", "/large.bin"]],
    ["a name as it is shown", ["Gr%fc%dfe"], ["", "/Gr\xfc\xdfe"]],
    ["a name in letters of its own", ["grüße.txt"], ["", "/gr\xc3\xbc\xc3\x9fe.txt"]],
    ["a name that looks like a pattern of bytes", ["conf.d/%2541 is no A"], percent()],
    ["nothing, where nothing is asked for", [], [""]],
  ] as const) {
    it(`is ${what}`, async () => {
      await using bench = await treeBench();
      const whole = await zooFacts(bench);
      await restoreOnly(bench, bench.path("live"), only);
      const names = (facts: readonly string[]): readonly string[] => facts.map(nameOf);
      const built = treeFacts(bench.path("copy"));
      assert.deepEqual(names(built), paths);
      assert.deepEqual(
        built,
        whole.filter((line) => paths.some((path) => path === nameOf(line))),
      );
    });
  }

  it("is all of it, when the root is asked for", async () => {
    await using bench = await treeBench();
    const whole = await zooFacts(bench);
    await restoreOnly(bench, bench.path("live"), ["."]);
    assert.deepEqual(treeFacts(bench.path("copy")), whole);
  });

  it("keeps names of one file together, though its first one stays away", async () => {
    await using bench = await treeBench();
    buildTreeZoo(bench.path("live"));
    linkSync(bench.path("live/first"), bench.path("live/zz"));
    await restoreOnly(bench, bench.path("live"), ["third", "zz"]);
    const [third, zz] = ["third", "zz"].map((name) => lstatSync(bench.path(`copy/${name}`)));
    assert.equal(third?.ino, zz?.ino);
    assert.equal(third?.nlink, 2);
    assert.equal(third?.size, "one file with three names".length);
  });

  it("reads no content that it does not need", async () => {
    await using bench = await treeBench();
    const live = bench.path("live");
    mkdirSync(live);
    for (const name of ["a", "b", "c"])
      writeFileSync(`${live}/${name}`, Buffer.alloc(2 << 20, name));
    await using store = await bench.open(live);
    await using image = await store.capture({ exclusive: false }, signal);
    const opened: string[] = [];
    await using copy = await bench.open(bench.path("copy"));
    await copy.restore(watched(image, opened), { only: ["b"] }, signal);
    assert.deepEqual(opened, ["entries", "content/b"]);
  });

  it("that is not there is named with what is nearest, and nothing is built", async () => {
    await using bench = await treeBench();
    buildTreeZoo(bench.path("live"));
    await assert.rejects(restoreOnly(bench, bench.path("live"), ["conf/b", "app.cnf"]), {
      code: "NOT_FOUND",
      message: "the snapshot has no app.cnf",
      hint: /^Did you mean app\.conf\? /,
    });
    await assert.rejects(restoreOnly(bench, bench.path("live"), ["*.pem"]), { code: "NOT_FOUND" });
    await assert.rejects(restoreOnly(bench, bench.path("live"), ["../live"]), {
      code: "NOT_FOUND",
    });
    assert.ok(!existsSync(bench.path("copy")));
  });
});

function confD(): readonly string[] {
  const names = ["%41 is no A", "10 a name\twith blanks", "empty"];
  return ["", "/conf.d", ...names.map((name) => `/conf.d/${name}`)];
}

function percent(): readonly string[] {
  return ["", "/conf.d", "/conf.d/%41 is no A"];
}

/** Up to its mode in octal digits. */
function nameOf(line: string): string {
  return line.replace(/ \d{5,6} \d+:\d+ [^]*$/, "");
}

async function zooFacts(bench: TreeBench): Promise<readonly string[]> {
  buildTreeZoo(bench.path("live"));
  return treeFacts(bench.path("live"));
}

async function restoreOnly(bench: TreeBench, live: string, only: readonly string[]): Promise<void> {
  await using store = await bench.open(live);
  await using image = await store.capture({ exclusive: false }, signal);
  await using copy = await bench.open(bench.path("copy"));
  await copy.restore(image, { only }, signal);
}

/** The same content; the names of the parts that are opened are written down. */
function watched(image: Image, opened: string[]): Content {
  return {
    description: image.description,
    async *parts(given) {
      for await (const part of image.parts(given)) {
        yield {
          ...part,
          open: (abort) => {
            opened.push(part.name);
            return part.open(abort);
          },
        };
      }
    },
  };
}
