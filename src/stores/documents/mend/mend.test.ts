import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { writeKey } from "../../../receipts/canonical.ts";
import type { Mended } from "../../mended.ts";
import { list, logLine, mendBench, type MendBench } from "./bench.ts";

const CONTRACT = "contracts/CNT-0042.json";
const NOTE = '{"id": 1, "name": "Müller", "text": "größer"}\n';

/** What was there, what became of it, and what is told. */
interface Damage {
  readonly what: string;
  readonly path: string;
  readonly harm: (good: Buffer) => string | Uint8Array;
  /** With a good copy at hand. */
  readonly restored: readonly string[];
  /** Without one. */
  readonly alone: readonly string[];
  /** What it holds then; null: it is taken away. */
  readonly left: string | null;
}

const edited = (from: string, to: string) => (good: Buffer) => {
  const text = good.toString();
  assert.ok(text.includes(from), `there is no ${from}`);
  return text.replace(from, to);
};
const lines = (...ids: readonly number[]): string => ids.map(logLine).join("");

/** Each has a file of its own; notes are made for it. */
const DAMAGES: readonly Damage[] = [
  {
    what: "a document breaks off before what it must have",
    path: CONTRACT,
    harm: (good) => good.subarray(0, 200),
    restored: ["restored"],
    alone: ["lost"],
    left: null,
  },
  {
    what: "a document breaks off behind what it must have",
    path: "notes/cut.json",
    harm: (good) => good.subarray(0, 40),
    restored: ["restored"],
    alone: ["partial"],
    left: '{"id": "cut", "name": "Müller"}',
  },
  {
    what: "a crashed writer has left half a block",
    path: "notes/block.json",
    harm: (good) => Buffer.concat([good.subarray(0, 30), Buffer.alloc(482)]),
    restored: ["restored"],
    alone: ["partial"],
    left: '{"id": "block"}',
  },
  {
    what: "zeros are where all of the text was",
    path: "contracts/CNT-0043.json",
    harm: (good) => Buffer.alloc(good.length),
    restored: ["restored"],
    alone: ["lost"],
    left: null,
  },
  {
    what: "zeros lie behind the end",
    path: "notes/zeros.json",
    harm: (good) => Buffer.concat([good, Buffer.alloc(300)]),
    restored: ["repaired"],
    alone: ["repaired"],
    left: NOTE.replace("1", '"zeros"').trimEnd(),
  },
  {
    what: "there is nothing at all",
    path: "contracts/CNT-0044.json",
    harm: () => "",
    restored: ["restored"],
    alone: ["lost"],
    left: null,
  },
  {
    what: "brackets without an end are where a document was",
    path: "notes/brackets.json",
    harm: () => "[".repeat(100_000),
    restored: ["restored"],
    alone: ["lost"],
    left: null,
  },
  {
    what: "a bracket stands in front of it",
    path: "notes/bracket.json",
    harm: (good) => `[${String(good)}`,
    restored: ["restored"],
    alone: [], // a list of one may have been meant: all of it is kept
    left: `[${NOTE.replace("1", '"bracket"').trimEnd()}]\n`,
  },
  {
    what: "binary stands in text",
    path: "notes/binary.json",
    harm: () => Buffer.from('{"id": "binary", \u0001\u0002\u0003 "name": "\xfc\x00', "latin1"),
    restored: ["restored"],
    alone: ["partial"],
    left: '{"id": "binary"}',
  },
  {
    what: "text was decoded twice",
    path: "notes/twice.json",
    harm: (good) => Buffer.from(good.toString("latin1")),
    restored: ["repaired"],
    alone: ["repaired"],
    left: NOTE.replace("1", '"twice"'),
  },
  {
    what: "nobody has finished a merge",
    path: "notes/merge.json",
    harm: edited(
      '"name": "Müller",',
      '\n<<<<<<< ours\n"name": "Müller",\n=======\n"name": "Meier",\n>>>>>>> theirs\n',
    ),
    restored: ["restored"],
    alone: ["partial"],
    left: '{"id": "merge", \n"name": "Müller",\n "text": "größer"}\n',
  },
  {
    what: "another document stands behind it",
    path: "notes/second.json",
    harm: (good) => `${String(good)}{"id": "other"}\n`,
    restored: ["restored"],
    alone: ["partial"],
    left: NOTE.replace("1", '"second"').trimEnd(),
  },
  {
    what: "the same document stands behind it",
    path: "notes/same.json",
    harm: (good) => String(good).repeat(2),
    restored: ["repaired"],
    alone: ["repaired"],
    left: NOTE.replace("1", '"same"').trimEnd(),
  },
  {
    what: "a key comes twice with the same value",
    path: "notes/key.json",
    harm: edited('"text"', '"id": "key", "text"'),
    restored: ["repaired"],
    alone: ["repaired"],
    left: '{"name": "Müller", "id": "key", "text": "größer"}\n',
  },
  {
    what: "a key comes twice with two values",
    path: "notes/keys.json",
    harm: edited('"name"', '"name": "Meier", "name"'),
    restored: ["restored"],
    alone: ["partial"],
    left: NOTE.replace("1", '"keys"'),
  },
  {
    what: "a line in the middle cannot be read",
    path: "log.jsonl",
    harm: edited('{"id": 3, "text"', '{"##: 3# "te##"'),
    restored: ["restored"],
    alone: ["lost"],
    left: lines(1, 2, 4, 5),
  },
  {
    what: "the last line is torn off",
    path: "torn.jsonl",
    harm: (good) => good.subarray(0, -25),
    restored: ["restored"],
    alone: ["partial"],
    left: `${lines(1, 2, 3, 4)}{"id": 5, "text": "line 5"}\n`,
  },
  {
    what: "two lines in the middle are zeros",
    path: "zeros.jsonl",
    harm: (good) => good.fill(0, lines(1).length + 2, lines(1, 2, 3).length - 3),
    restored: ["restored", "restored"],
    alone: ["lost"],
    left: lines(1, 4, 5),
  },
  {
    what: "an element in the middle of an array cannot be read",
    path: "list.json",
    harm: edited('{"id": 3, "text": "item 3"', '{"\u0001\u0002#"item 3'),
    restored: ["restored"],
    alone: ["lost"],
    left: list(1, 2, 4, 5),
  },
  {
    what: "the first element of an array cannot be read",
    path: "first.json",
    harm: edited('{"id": 1, "text": "item 1"', '{"\u0001\u0002#"item 1'),
    restored: ["restored"],
    alone: ["lost"],
    left: list(2, 3, 4, 5),
  },
  {
    what: "a separator of an array is gone",
    path: "comma.json",
    harm: edited("},", "} "),
    restored: [],
    alone: [],
    left: list(1, 2, 3, 4, 5),
  },
  {
    what: "an array breaks off",
    path: "cut.json",
    harm: (good) => good.subarray(0, 100),
    restored: ["restored", "restored", "restored"],
    alone: ["partial"],
    left: `${list(1, 2).slice(0, -3)},\n  {"id": 3}\n]\n`,
  },
  {
    what: "a member of an object cannot be read",
    path: "keyed.json",
    harm: edited('"b": {"text"', '"b": {#"te'),
    restored: ["restored"],
    alone: ["lost"],
    left: '{\n  "a": {"text": "member a"},\n  "c": {"text": "member c"}\n}\n',
  },
];

async function damagedBench(): Promise<MendBench & { readonly hurt: ReadonlyMap<string, Buffer> }> {
  const notes = DAMAGES.flatMap(({ path }) => /^notes\/(.*)\.json$/.exec(path)?.[1] ?? []);
  const files = Object.fromEntries(
    notes.map((id) => [`notes/${id}.json`, NOTE.replace("1", JSON.stringify(id))]),
  );
  const bench = await mendBench(files);
  for (const { path, harm } of DAMAGES) bench.write(path, harm(bench.good(path)));
  return { ...bench, hurt: new Map(DAMAGES.map(({ path }) => [path, bench.read(path)])) };
}

const verdictsOf = ({ documents }: Mended, path: string): readonly string[] =>
  documents.filter((each) => each.path === path).map(({ verdict }) => verdict);

describe("documents that are mended", () => {
  it("become what they were, where a copy has them, and are kept as they lay there", async () => {
    await using bench = await damagedBench();
    const mended = await bench.mend([bench.copy]);
    assert.deepEqual(mended.losses, []);
    assert.equal(mended.documents.length, DAMAGES.flatMap(({ restored }) => restored).length);
    for (const { verdict, reasons } of mended.documents)
      if (verdict === "restored")
        assert.deepEqual(reasons, ["the version of the copy took its place"]);
    for (const { what, path, restored } of DAMAGES) {
      assert.deepEqual(verdictsOf(mended, path), restored, what);
      const isMade = restored.length === 0 || restored.includes("repaired");
      if (isMade) assert.deepEqual(parsed(bench.read(path), path), parsed(bench.good(path), path));
      else assert.equal(bench.read(path).toString(), bench.good(path).toString(), what);
      const kept = join(bench.quarantine, "round-1");
      assert.deepEqual(readFileSync(join(kept, "before", path)), bench.hurt.get(path), what);
      assert.deepEqual(readFileSync(join(kept, "after", path)), bench.read(path), what);
    }
    const touched = new Set(DAMAGES.map(({ path }) => path));
    assert.deepEqual(
      bench.differing().filter((path) => !touched.has(path)),
      [],
    );
    assert.equal((await bench.mend([], true)).pending, 0);
  });

  it("keep what is certain, where nothing has them, and name the rest", async () => {
    await using bench = await damagedBench();
    const mended = await bench.mend([]);
    for (const { what, path, alone, left } of DAMAGES) {
      assert.deepEqual(verdictsOf(mended, path), alone, what);
      const losses = mended.losses.filter((each) => each.path === path).length;
      const lossy = alone.filter((verdict) => verdict === "lost" || verdict === "partial").length;
      assert.equal(losses, lossy, what);
      const isThere = existsSync(join(bench.sample.path, path));
      assert.equal(isThere ? bench.read(path).toString() : null, left, what);
    }
    const touched = new Set([...DAMAGES.map(({ path }) => path), "metadata.json"]);
    assert.deepEqual(
      bench.differing().filter((path) => !touched.has(path)),
      [],
    );
    assert.equal(parsedCount(bench), 237);
    assert.equal((await bench.mend([], true)).pending, 0);
  });

  it("say what is so again, and change no other byte", async () => {
    await using bench = await mendBench();
    bench.edit("metadata.json", '"total_contracts": 240', '"total_contracts": 9241');
    bench.edit("metadata.json", '"claimed": 44', '"claimed": 1, "gone": 2');
    const mended = await bench.mend([]);
    assert.deepEqual(verdictsOf(mended, "metadata.json"), ["derived"]);
    const { by_status: states } = JSON.parse(bench.read("metadata.json").toString()) as {
      readonly by_status: object;
    };
    assert.deepEqual(states, { available: 70, claimed: 44, gone: 0, completed: 114, expired: 12 });
  });

  it("come back where they are missing, and where their folder is", async () => {
    await using bench = await mendBench();
    for (const path of ["agents.json", "contracts"])
      rmSync(join(bench.sample.path, path), { recursive: true });
    assert.deepEqual((await bench.mend([], true)).wanted, ["contracts", "agents.json"]);
    const mended = await bench.mend([bench.copy]);
    assert.equal(mended.total.restored, 248);
    assert.deepEqual(bench.differing(), []);
  });

  it("come back by key where a collection lacks them, into their files, but for what is forgotten", async () => {
    await using bench = await mendBench();
    bench.write("log.jsonl", lines(1, 2, 3).trimEnd());
    rmSync(join(bench.sample.path, CONTRACT));
    const erased = "contracts/CNT-0043.json";
    rmSync(join(bench.sample.path, erased));
    const forget = join(bench.sample.folder, "forget.txt");
    const key = writeKey([{ type: "text", bytes: Buffer.from("CNT-0043") }]);
    writeFileSync(forget, Buffer.from(key).toString("hex"));
    const back = ["contracts", "log.jsonl"];
    const sources = [{ ...bench.copy, back }];
    const mended = await bench.mend(sources, false, {
      forget: [{ name: "contracts", forget }],
    });
    assert.equal(mended.total.restored, 3);
    assert.deepEqual(bench.differing(), [erased, "metadata.json"]);
  });

  it("stay as they lie there, and are told as lost, where they may not be taken out", async () => {
    await using bench = await mendBench();
    bench.write(CONTRACT, "");
    bench.write("log.jsonl", `${lines(1, 2)}{"id": ###\n${lines(4)}`);
    const mended = await bench.mend([], false, { takeOut: false });
    assert.equal(mended.total.lost, 2);
    assert.equal(mended.lossesTotal, 2);
    assert.deepEqual(bench.read(CONTRACT).toString(), "");
    assert.equal(bench.read("log.jsonl").toString(), `${lines(1, 2)}{"id": ###\n${lines(4)}`);
    assert.equal((await bench.mend([], true, { takeOut: false })).pending, 0);
  });

  it("stay as they are where a rule would be broken more often than before", async () => {
    await using bench = await mendBench({ "notes/2.json": NOTE.replace("1", "2") });
    bench.write("notes/1.json", "");
    const limits = { timeoutMs: 10_000, rowsMax: 100, bytesMax: 100_000 };
    const rule = { text: "SELECT id FROM notes WHERE name = 'Müller'", ...limits };
    const known = { text: "SELECT nothing FROM nowhere", ...limits };
    const refused = bench.mend([bench.copy], false, { rules: [known, rule] });
    await assert.rejects(refused, { code: "RULE_BROKEN" });
    assert.equal(bench.read("notes/1.json").toString(), "");
    assert.ok(!existsSync(bench.quarantine));
    const fine = { ...rule, text: "SELECT id FROM notes WHERE name = 'Meier'" };
    assert.equal((await bench.mend([bench.copy], false, { rules: [fine] })).total.restored, 1);
  });

  it("tell no content of a collection that is hidden", async () => {
    await using bench = await mendBench();
    bench.write("notes/1.json", '{"id": 1, "name": "Müller", "text": "grö');
    const [open, hidden] = [
      await bench.mend([], true),
      await bench.mend([], true, { hidden: ["notes"] }),
    ];
    assert.match(JSON.stringify(open), /grö/);
    assert.equal(hidden.lossesTotal, 1);
    assert.doesNotMatch(JSON.stringify(hidden), /grö/);
  });

  it("are not touched where there is nothing to mend", async () => {
    await using bench = await mendBench();
    const mended = await bench.mend([bench.copy]);
    assert.deepEqual(mended.documents, []);
    assert.ok(!existsSync(bench.quarantine));
  });

  it("declare what was newer than the copy, and is gone with the damage", async () => {
    await using bench = await mendBench();
    bench.write("notes/1.json", '{"id": 1, "name": "Schmidt", "text": "grö');
    const mended = await bench.mend([bench.copy]);
    assert.deepEqual(verdictsOf(mended, "notes/1.json"), ["restored"]);
    assert.match(mended.losses[0]?.loss ?? "", /changed in it after the copy/);
  });
});

/** What the metadata says after documents were lost. */
function parsedCount(bench: MendBench): number {
  const found = JSON.parse(bench.read("metadata.json").toString()) as { total_contracts: number };
  return found.total_contracts;
}

function parsed(bytes: Buffer, path: string): unknown {
  const all = path.endsWith(".jsonl") ? bytes.toString().trim().split("\n") : [bytes.toString()];
  return all.map((line) => JSON.parse(line) as unknown);
}
