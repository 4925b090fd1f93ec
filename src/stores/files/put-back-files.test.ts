import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { describe, it } from "node:test";

import { memoryFolder } from "../../../test/support/folder.ts";
import { seededRandom, type Random } from "../../../test/support/random.ts";
import { SEED } from "../../../test/support/seed.ts";
import { treeBench, type TreeBench } from "../../../test/support/tree-bench.ts";
import { buildTreeZoo, treeFacts } from "../../../test/support/tree-zoo.ts";
import type { JsonObject } from "../../core/json.ts";
import type { RestoreOptions } from "../file-comparison.ts";
import type { Amended, Image, Store } from "../types.ts";

const signal = AbortSignal.timeout(120_000);

/** A tree with one of each kind, and its image. */
interface Given extends AsyncDisposable {
  readonly bench: TreeBench;
  readonly store: Store;
  readonly image: Image;
  readonly facts: readonly string[];
  live(name: string): string;
}

async function given(options: JsonObject = {}): Promise<Given> {
  const bench = await treeBench();
  const [origin, live] = [bench.path("origin"), bench.path("live")];
  buildTreeZoo(origin);
  await using captured = await bench.open(origin);
  const image = await captured.capture({ exclusive: false }, signal); // its large files stay there
  const store = await bench.open(live, options);
  await store.restore(image, {}, signal);
  return {
    bench,
    store,
    image,
    facts: factsOf(origin),
    live: (name) => `${live}/${name}`,
    [Symbol.asyncDispose]: async () => {
      await image[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await bench[Symbol.asyncDispose]();
    },
  };
}

/** Without the times of folders, which tell of every file that came and went. */
function factsOf(root: string): readonly string[] {
  return treeFacts(root).map((line) => line.replace(/^(.* 4\d{4} \d+:\d+) -?\d+$/s, "$1"));
}

let copies = 0;

async function putBack(
  { bench, store, image }: Given,
  wanted: RestoreOptions,
  dryRun = false,
): Promise<Amended> {
  copies += 1;
  const source = bench.path(`copy-${copies}`);
  await using copy = await bench.open(source);
  await copy.restore(image, wanted, signal);
  const quarantine = bench.path("kept");
  const amended = await store.amend(
    { kind: "put-back-files", source, quarantine, wanted, unseen: true, dryRun },
    signal,
  );
  await copy.discard(signal);
  return amended;
}

function pathsOf({ collections: [first] }: Amended): readonly unknown[] {
  return (first?.keys ?? []).map((key) => (key as JsonObject)["path"]);
}

describe("files that go back into a live tree", () => {
  it("are those that differ in anything, each as it was, and no others", async () => {
    await using tree = await given();
    writeFileSync(tree.live("app.conf"), "port = 9090\n");
    rmSync(tree.live("conf/b"));
    chmodSync(tree.live("secret"), 0o644);
    utimesSync(tree.live("nothing"), 1, 1);
    rmSync(tree.live("current"));
    symlinkSync("elsewhere", tree.live("current"));
    unlinkSync(tree.live("third"));
    chmodSync(tree.live("conf.d"), 0o700);
    writeFileSync(tree.live("newer"), "since then");
    const untouched = lstatSync(tree.live("large.bin")).ino;

    const before = await tree.store.compareFiles(tree.image, { exact: false }, signal);
    assert.deepEqual([before.missing, before.extra], [["conf/b", "third"], ["newer"]]);
    const differing = [...before.missing, ...before.changed];
    const wanted = { only: differing, alone: true };
    const amended = await putBack(tree, wanted);

    assert.deepEqual(amended.replaced?.toSorted(), [
      "app.conf",
      "conf.d",
      "conf/second",
      "current",
      "first",
      "nothing",
      "secret",
    ]);
    assert.equal(readFileSync(tree.live("newer"), "utf8"), "since then");
    rmSync(tree.live("newer"));
    assert.deepEqual(factsOf(tree.bench.path("live")), tree.facts);
    assert.equal(lstatSync(tree.live("large.bin")).ino, untouched);
    assert.equal(readFileSync(tree.bench.path("kept/live/app.conf"), "utf8"), "port = 9090\n");
    assert.equal(lstatSync(tree.bench.path("kept/live/secret")).mode & 0o777, 0o644);
    assert.equal((await putBack(tree, wanted)).collections[0]?.back, 0, "twice changes something");
  });

  it("are only those that were asked for", async () => {
    await using tree = await given();
    for (const name of ["app.conf", "conf/b"]) appendFileSync(tree.live(name), "!");
    const amended = await putBack(tree, { only: ["conf"] });
    assert.deepEqual(pathsOf(amended), ["conf/b"]);
    assert.equal(readFileSync(tree.live("conf/b"), "utf8"), "in a folder");
    assert.equal(readFileSync(tree.live("app.conf"), "utf8"), "port = 8080\n!");
  });

  it("come with the folders above them, as these were", async () => {
    await using tree = await given();
    rmSync(tree.live("conf.d"), { recursive: true });
    await putBack(tree, { only: ["conf.d/empty"] });
    assert.deepEqual(readdirSync(tree.live("conf.d")), ["empty"]);
    const { mode, mtimeMs } = lstatSync(tree.live("conf.d"));
    assert.deepEqual([mode & 0o7777, Math.floor(mtimeMs)], [0o2750, 1_500_000_000_000]);
  });

  it("come back with all the folders in which they lay, where a file is now", async () => {
    await using tree = await given();
    mkdirSync(tree.live("a/b/c"), { recursive: true });
    writeFileSync(tree.live("a/b/c/d"), "deep");
    await using image = await tree.store.capture({ exclusive: false }, signal);
    const facts = factsOf(tree.bench.path("live"));
    rmSync(tree.live("a"), { recursive: true });
    writeFileSync(tree.live("a"), "a file");
    const { replaced } = await putBack({ ...tree, image }, {});
    assert.deepEqual(replaced, ["a"]);
    assert.deepEqual(factsOf(tree.bench.path("live")), facts);
  });

  it("take the place of a folder, of a link, of a file", async () => {
    await using tree = await given();
    for (const name of ["app.conf", "conf", "current"])
      rmSync(tree.live(name), { recursive: true });
    mkdirSync(tree.live("app.conf/deep"), { recursive: true });
    writeFileSync(tree.live("app.conf/deep/newer"), "in the way");
    symlinkSync("/", tree.live("conf"));
    writeFileSync(tree.live("current"), "a file");
    const { refused } = (await putBack(tree, {})).collections[0] ?? {};
    assert.deepEqual(refused, []);
    assert.deepEqual(factsOf(tree.bench.path("live")), tree.facts);
    const kept = tree.bench.path("kept/live/app.conf/deep/newer");
    assert.equal(readFileSync(kept, "utf8"), "in the way");
  });

  it("change nothing in a dry run, which tells what would", async () => {
    await using tree = await given();
    appendFileSync(tree.live("app.conf"), "!");
    rmSync(tree.live("conf/b"));
    const facts = treeFacts(tree.bench.path("live"));
    const amended = await putBack(tree, {}, true);
    assert.deepEqual([pathsOf(amended), amended.replaced], [["app.conf", "conf/b"], ["app.conf"]]);
    assert.deepEqual(treeFacts(tree.bench.path("live")), facts);
    assert.ok(!existsSync(tree.bench.path("kept")));
  });

  it("are never put behind a link that leads out of the tree", async () => {
    await using tree = await given();
    mkdirSync(tree.bench.path("outside"));
    writeFileSync(tree.bench.path("outside/b"), "precious");
    rmSync(tree.live("conf"), { recursive: true });
    symlinkSync("../outside", tree.live("conf"));
    const { back, refused } = (await putBack(tree, { only: ["conf/b"] })).collections[0] ?? {};
    assert.equal(back, 0);
    assert.deepEqual(refused, [
      {
        key: { path: "conf/b" },
        reason: "conf is a link here, and nothing is put behind it",
      },
    ]);
    assert.equal(readFileSync(tree.bench.path("outside/b"), "utf8"), "precious");
  });

  it("leave alone what is excluded", async () => {
    await using tree = await given();
    rmSync(tree.live("secret"));
    mkdirSync(tree.live("secret"));
    writeFileSync(tree.live("secret/cache"), "nobody has a copy");
    await using store = await tree.bench.open(tree.bench.path("live"), {
      exclude: ["cache", "run.sh"],
    });
    appendFileSync(tree.live("run.sh"), "exit 1\n");
    const amended = await putBack({ ...tree, store }, {});
    assert.deepEqual(
      amended.collections[0]?.refused.map(({ key }) => key),
      [{ path: "run.sh" }, { path: "secret" }],
    );
    assert.equal(readFileSync(tree.live("secret/cache"), "utf8"), "nobody has a copy");
    assert.equal(readFileSync(tree.live("run.sh"), "utf8"), "#!/bin/sh\nexit 1\n");
  });

  it("come from another file system as well, each whole at every moment", async () => {
    await using tree = await given();
    await using memory = await memoryFolder();
    assert.notEqual(lstatSync(memory.path).dev, lstatSync(tree.bench.folder).dev);
    await using store = await tree.bench.open(memory.join("live"));
    await store.restore(tree.image, {}, signal);
    appendFileSync(memory.join("live", "run.sh"), "exit 1\n");
    rmSync(memory.join("live", "third"));
    rmSync(memory.join("live", "nothing"));
    mkdirSync(memory.join("live", "nothing", "below"), { recursive: true });
    writeFileSync(memory.join("live", ".salvor-draft"), "left by a killed run");
    const amended = await putBack({ ...tree, store }, {});
    assert.deepEqual(amended.collections[0]?.refused, []);
    assert.deepEqual(factsOf(memory.join("live")), tree.facts);
  });

  it("are refused when the folder itself is gone", async () => {
    await using tree = await given();
    renameSync(tree.bench.path("live"), tree.bench.path("away"));
    await assert.rejects(putBack(tree, { only: ["conf/b"] }), { code: "STORE_MISSING" });
  });

  it("are proven by the digest that was sealed, and by their own rows", async () => {
    await using tree = await given();
    const { receipt } = await tree.image.seal({ portable: false }, signal);
    const same = await tree.store.compareFiles(
      tree.image,
      { only: ["conf"], exact: false },
      signal,
    );
    assert.deepEqual(same.listed, receipt.collections["files"]);
    assert.deepEqual(same.actual, same.expected);
    chmodSync(tree.live("conf/b"), 0o600);
    const other = await tree.store.compareFiles(
      tree.image,
      { only: ["conf"], exact: false },
      signal,
    );
    assert.deepEqual([other.missing, other.changed], [[], ["conf/b"]]);
    assert.notEqual(other.actual.digest, other.expected.digest);
  });

  it("in a copy beside, are all that was asked for and nothing else", async () => {
    await using tree = await given();
    await using copy = await tree.bench.open(tree.bench.path("copy"));
    const wanted = { only: ["third", "conf/second"] };
    await copy.restore(tree.image, wanted, signal);
    const compared = await copy.compareFiles(tree.image, { ...wanted, exact: true }, signal);
    assert.deepEqual([compared.missing, compared.changed, compared.extra], [[], [], []]);
    assert.deepEqual(compared.actual, compared.expected);
    writeFileSync(tree.bench.path("copy/more"), "");
    const { extra } = await copy.compareFiles(tree.image, { ...wanted, exact: true }, signal);
    assert.deepEqual(extra, ["more"]);
  });

  for (let seed = SEED; seed < SEED + 6; seed += 1) {
    it(`make the tree equal again whatever was done to it (seed ${seed})`, async () => {
      await using tree = await given();
      const random = seededRandom(seed);
      for (let count = 1 + random.below(8); count > 0; count -= 1)
        mutate(tree.bench.path("live"), random);
      const before = await tree.store.compareFiles(tree.image, { exact: false }, signal);
      const only = [...before.missing, ...before.changed];
      const { refused } = (await putBack(tree, { only, alone: true })).collections[0] ?? {};
      assert.deepEqual(refused, []);
      const after = await tree.store.compareFiles(tree.image, { exact: false }, signal);
      assert.deepEqual([after.missing, after.changed], [[], []]);
      assert.deepEqual(
        after.extra.filter((path) => !before.extra.includes(path)),
        [],
      );
    });
  }
});

/** One thing that somebody may do to a tree. */
function mutate(root: string, random: Random): void {
  const names = readdirSync(root).filter((name) => !name.includes("\uFFFD"));
  const pick = (): string => `${root}/${names[random.below(names.length)] ?? ""}`;
  const place = pick();
  const stat = lstatSync(place, { throwIfNoEntry: false });
  const acts: readonly (() => void)[] = [
    () => rmSync(place, { recursive: true, force: true }),
    () => stat?.isFile() === true && appendFileSync(place, "x"),
    () => stat?.isFile() === true && chmodSync(place, random.below(0o1000)),
    () =>
      stat?.isSymbolicLink() === false && utimesSync(place, random.below(1e9), random.below(1e9)),
    () => renameSync(place, `${root}/new-${random.below(100)}`),
    () => {
      rmSync(place, { recursive: true, force: true });
      mkdirSync(`${place}/newer`, { recursive: true });
    },
    () => {
      rmSync(place, { recursive: true, force: true });
      symlinkSync("..", place);
    },
    () => {
      const name = `${root}/-link-${random.below(100)}`;
      if (stat?.isFile() === true && !existsSync(name)) linkSync(place, name);
    },
  ];
  acts[random.below(acts.length)]?.();
}
