import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { temporaryFolder } from "../../../../test/support/folder.ts";
import type { JsonObject } from "../../../core/json.ts";
import { fieldsDigest, hexDigest } from "../digest/digest.ts";
import { readAll } from "../samples.ts";

/** Reads a log with this text. */
async function read(text: string | Buffer, options: JsonObject) {
  await using folder = await temporaryFolder();
  const path = folder.join("app.log");
  await writeFile(path, text);
  const { events, damaged } = await readAll({ path, ...options });
  return {
    ids: events.map(({ id }) => id),
    faults: damaged.map(({ fault, line }) => `${fault} ${line}`),
  };
}

const event = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  type: "t",
  data: { n: id },
  ...more,
});
const lines = (events: readonly JsonObject[]): string =>
  events.map((each) => `${JSON.stringify(each)}\n`).join("");

describe("the checks of a reading", () => {
  it("hold a checksum over members against them, wherever it stands and however they are spelt", async () => {
    const over = ["id", "data"];
    const options = { checksum: { field: "sum", algorithm: "sha256", over } };
    const sealed = ["a", "b", "c"].map((id) => {
      const { data = null, ...rest } = event(id);
      return { sum: fieldsDigest("sha256", { ...rest, data }, over), ...rest, data };
    });
    assert.deepEqual(await read(lines(sealed), options), { ids: ["a", "b", "c"], faults: [] });
    const spelt = lines(sealed).replace('"n":"b"', '"n" : "\\u0062"');
    assert.deepEqual((await read(spelt, options)).faults, []);
    const altered = lines(sealed).replace('"n":"b"', '"n":"B"');
    assert.deepEqual(await read(altered, options), { ids: ["a", "c"], faults: ["checksum 2"] });
    const without = lines([...sealed.slice(0, 1), event("z")]);
    assert.deepEqual((await read(without, options)).faults, ["checksum 2"]);
  });

  it("cover numbers that no double holds, in all their digits or as RFC 8785 writes them", async () => {
    const over = ["id", "data"];
    const checksum = { field: "sum", algorithm: "sha256", over };
    const chain = { field: "before", algorithm: "sha256", over };
    for (const covered of ["9007199254740993", "9007199254740992"]) {
      let before = "";
      const chained = [1, 2, 3].map((id) => {
        const text = `{"data":[0.5,${covered},1e+30],"id":${id}}`;
        const sum = hexDigest("sha256", Buffer.from(text));
        const line = `${text.slice(0, -1)},"type":"t","before":"${before}","sum":"${sum}"}\n`;
        before = sum;
        return line.replace(covered, "9007199254740993");
      });
      const options = { checksum, chain };
      assert.deepEqual(await read(chained.join(""), options), { ids: ["1", "2", "3"], faults: [] });
      const cut = chained.toSpliced(1, 1).join("");
      assert.deepEqual((await read(cut, options)).faults, ["chain 2"]);
      const altered = chained.map((each) => each.replace("9007199254740993", "9007199254740995"));
      assert.equal((await read(altered.join(""), options)).ids.length, 0);
    }
  });

  it("hold data against their schema also where no double holds them", async () => {
    await using folder = await temporaryFolder();
    const schema = folder.join("t.json");
    await writeFile(schema, '{ "properties": { "n": { "type": "integer" } } }');
    const text = [1, 2]
      .map((id) => `{"id":${id}007199254740993,"type":"t","data":{"n":${id}.5e-20}}\n`)
      .join("")
      .replace("1.5e-20", "9007199254740993");
    const { ids, faults } = await read(text, { schemas: { t: schema } });
    assert.deepEqual([ids, faults], [["1007199254740993"], ["schema 2"]]);
  });

  it("follow a chain over heads and over members, and past damage", async () => {
    for (const over of ["head", ["id", "data"]] as const) {
      const chain = { field: "before", algorithm: "crc32c", over: over as string | string[] };
      const checksum = { field: "sum", algorithm: "crc32", over: "head" };
      let link = "";
      const chained = ["a", "b", "c", "d", "e"].map((id) => {
        const head = JSON.stringify(event(id, { before: link })).slice(0, -1);
        link =
          over === "head"
            ? hexDigest("crc32c", Buffer.from(head))
            : fieldsDigest("crc32c", event(id), over);
        return `${head},"sum":"${hexDigest("crc32", Buffer.from(head))}"}\n`;
      });
      const options = { chain, checksum } as unknown as JsonObject;
      assert.deepEqual((await read(chained.join(""), options)).faults, []);
      const hurt = chained.with(1, String(chained[1]).replace('"t"', '"u"'));
      assert.deepEqual(await read(hurt.join(""), options), {
        ids: ["a", "c", "d", "e"],
        faults: ["checksum 2"],
      });
      const cut = chained.toSpliced(2, 1).join("");
      assert.deepEqual(await read(cut, options), {
        ids: ["a", "b", "d", "e"],
        faults: ["chain 3"],
      });
    }
  });

  it("take other line ends, empty lines and text of any language as they are", async () => {
    const text = lines([event("ä"), event("日本"), event("\u{1f600}"), event('q"\\\n')]);
    const { ids, faults } = await read(text.replaceAll("\n{", "\r\n\r\n\n{"), {});
    assert.deepEqual(faults, []);
    assert.deepEqual(ids, ["ä", "日本", "\u{1f600}", 'q"\\\n']);
  });

  it("pass over a line that is too long, and go on behind it", async () => {
    const long = event("b", { data: "x".repeat(900_000) });
    const text = lines([event("a"), long, event("c")]);
    assert.deepEqual(await read(text, { lineBytesMax: 1000 }), {
      ids: ["a", "c"],
      faults: ["unreadable 2"],
    });
    assert.deepEqual(await read(text, {}), { ids: ["a", "b", "c"], faults: [] });
    const last = lines([event("a"), long]);
    assert.deepEqual((await read(last, { lineBytesMax: 1000 })).faults, ["unreadable 2"]);
  });

  it("find no event in lines of other JSON", async () => {
    const text = '[1]\n"text"\nnull\n{"id":"a","type":"t"}\n{"id":"b","id":"c","type":"t"}\n';
    const { ids, faults } = await read(text, {});
    assert.deepEqual(faults, ["unreadable 1", "unreadable 2", "unreadable 3"]);
    assert.deepEqual(ids, ["a", "c"]);
  });

  it("say what is wrong with a line also where nobody can see it", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("app.log");
    await writeFile(path, '\ufeff{"id":"a","type":"t"}\n[1]\n{"id":\n{"id":"b","type":"t"}\n');
    const { events, damaged } = await readAll({ path });
    assert.deepEqual(
      events.map(({ id }) => id),
      ["b"],
    );
    const [mark, list, broken] = damaged.map(({ reason }) => reason);
    assert.match(mark ?? "", /^the line begins with a byte order mark/);
    assert.equal(list, "the line is JSON, and no object");
    assert.match(broken ?? "", /^the line is not JSON: /);
  });
});
