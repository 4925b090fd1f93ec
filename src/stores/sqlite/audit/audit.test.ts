import assert from "node:assert/strict";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { after, describe, it } from "node:test";

import { sha256Hex } from "../../../core/hash.ts";
import { startProcess } from "../../../../test/support/processes.ts";
import { flipBytes, sqliteBench } from "../../../../test/support/sqlite-bench.ts";
import type { Inspection } from "../../types.ts";

const bench = await sqliteBench();
after(() => bench[Symbol.asyncDispose]());

async function audit(path: string): Promise<Inspection> {
  const [seen] = await bench.inspect(path, "audit");
  assert.ok(seen);
  return seen;
}

const codes = ({ observations }: Inspection): readonly string[] =>
  observations.map(({ code }) => code);

describe("the audit of a sound database", () => {
  it("tells its facts under the names of the receipt", async () => {
    const path = bench.database(`PRAGMA page_size = 1024; PRAGMA encoding = 'UTF-16le';
      PRAGMA auto_vacuum = INCREMENTAL; PRAGMA user_version = 7; PRAGMA application_id = -9;
      CREATE TABLE t (v); CREATE TABLE gone AS SELECT zeroblob(5000) AS b; DROP TABLE gone;`);
    const { properties, files, checked } = await audit(path);
    const size = readFileSync(path).length;
    assert.deepEqual(
      { ...properties, schemaVersion: "any", mode: "any" },
      {
        engine: "sqlite",
        pageSize: 1024,
        pageCount: size / 1024,
        freelistPages: Number(pragma(path, "freelist_count")),
        encoding: "utf-16le",
        userVersion: 7,
        applicationId: Number(pragma(path, "application_id")) >>> 0,
        schemaVersion: "any",
        autoVacuum: "incremental",
        journalMode: "rollback",
        walFrames: 0,
        log: null,
        journal: "none",
        mode: "any",
      },
    );
    assert.equal(properties["schemaVersion"], pragma(path, "schema_version"));
    assert.equal(checked, 1);
    const digest = `sha256:${sha256Hex(readFileSync(path))}`;
    assert.deepEqual(
      files.map((file) => ({ ...file, modifiedAt: typeof file.modifiedAt })),
      [
        {
          path,
          exists: true,
          readable: true,
          sizeBytes: size,
          modifiedAt: "string",
          sha256: digest,
          valid: true,
          error: null,
        },
      ],
    );
  });

  it("counts rows of every shape of table, and no others", async () => {
    const path =
      bench.database(`CREATE TABLE a (v); CREATE TABLE b (k TEXT PRIMARY KEY) WITHOUT ROWID;
      CREATE TABLE c (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE VIEW v AS SELECT * FROM a;
      INSERT INTO c VALUES (5); ${NUMBERS} INSERT INTO b SELECT hex(zeroblob(i % 90)) || i FROM n;`);
    const { collections } = await audit(path);
    assert.deepEqual(collections, { a: 0, b: 2000, c: 1 });
  });

  it("lists a -wal that a program works in, and does not complain of it", async () => {
    const path = bench.path();
    const program = startProcess(process.execPath, ["--eval", WRITER, path]);
    try {
      await once(program.child.stdout ?? program.child, "data");
      const seen = await audit(path);
      assert.deepEqual(codes(seen), []);
      assert.deepEqual(
        seen.files.map((file) => file.path),
        [path, `${path}-wal`],
      );
      assert.deepEqual(seen.collections, { t: 2 });
      assert.ok(Number(seen.properties["walFrames"]) > 0);
    } finally {
      program.killGroup();
      await program.finished;
    }
  });
});

const NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)";

const WRITER = `
  const database = new (require("node:sqlite").DatabaseSync)(process.argv[1]);
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (v); INSERT INTO t VALUES (1), (2)");
  console.log("ready");
  setInterval(() => database.prepare("SELECT 1").get(), 1000);`;

describe("the audit of a database", () => {
  it("says that it is gone", async () => {
    const path = bench.path();
    const seen = await audit(path);
    assert.deepEqual(codes(seen), ["sqlite.file.missing"]);
    assert.equal(seen.complete, false);
    assert.equal(seen.collections, null);
    assert.deepEqual(seen.files, [
      {
        path,
        exists: false,
        readable: false,
        sizeBytes: null,
        modifiedAt: null,
        sha256: null,
        valid: false,
        error: "it does not exist",
      },
    ]);
  });

  it("says that it is a folder", async () => {
    const seen = await audit(bench.folder);
    assert.deepEqual(codes(seen), ["sqlite.file.kind"]);
    assert.deepEqual(
      seen.files.map(({ exists, readable, valid }) => [exists, readable, valid]),
      [[true, false, false]],
    );
  });

  it("says that commits lie beside it, of a program that is gone", async () => {
    const live = bench.path();
    const path = bench.path();
    {
      using database = new DatabaseSync(live);
      database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (v); INSERT INTO t VALUES (1), (2)");
      for (const ending of ["", "-wal"]) copyFileSync(live + ending, path + ending);
    }
    const seen = await audit(path);
    assert.deepEqual(codes(seen), ["sqlite.wal.unmerged"]);
    assert.equal(seen.observations[0]?.severity, "info");
    assert.deepEqual(seen.collections, { t: 2 });
    assert.ok(seen.complete);
  });

  it("says that a transaction was interrupted, and counts what was committed", async () => {
    const live = bench.database("CREATE TABLE t (v); INSERT INTO t VALUES (1), (2)");
    const path = bench.path();
    {
      using database = new DatabaseSync(live);
      database.exec("PRAGMA cache_size = 2; BEGIN IMMEDIATE; INSERT INTO t SELECT zeroblob(90000)");
      for (const ending of ["", "-journal"]) copyFileSync(live + ending, path + ending);
      database.exec("ROLLBACK");
    }
    const seen = await audit(path);
    assert.deepEqual(codes(seen), ["sqlite.journal.hot"]);
    assert.deepEqual(
      seen.files.map((file) => file.path),
      [path, `${path}-journal`],
    );
    assert.equal(seen.properties["journal"], "hot");
    assert.deepEqual(seen.collections, { t: 2 });
  });

  it("says that it is shorter, or longer, than its header counts", async () => {
    const sql = "CREATE TABLE t (v); INSERT INTO t VALUES (zeroblob(20000))";
    const short = bench.database(sql);
    truncateSync(short, readFileSync(short).length - 4096);
    const seen = await audit(short);
    assert.ok(codes(seen).includes("sqlite.file.truncated"));
    assert.equal(seen.files[0]?.valid, false);
    const long = bench.database(sql);
    appendFileSync(long, Buffer.alloc(8192));
    assert.deepEqual(codes(await audit(long)), ["sqlite.file.long"]);
  });

  it("names the tables that it cannot count, and counts the others", async () => {
    const path = bench.database(
      `CREATE TABLE broken (v); CREATE TABLE t (v); INSERT INTO t VALUES (1);`,
    );
    flipBytes(path, "broken");
    const seen = await audit(path);
    assert.deepEqual(
      seen.observations.map(({ code, location, category }) => [code, location, category]),
      [["sqlite.table.uncounted", { table: "broken" }, "corruption"]],
    );
    assert.ok(seen.observations[0]?.description.includes(path));
    assert.deepEqual(seen.collections, { t: 1 });
    assert.equal(seen.complete, false);
    assert.equal(seen.files[0]?.valid, false);
  });

  const ENTRIES: readonly [string, string, string][] = [
    ["table", "t", "CREATE TABLE t WITHOUT COLUMNS"],
    ["index", "i", "CREATE INDEX i"],
    ["view", "v", "CREATE VIEW v AS SELEKT 1"],
    ["trigger", "g", "CREATE TRIGGER g AFTER NOTHING"],
  ];
  for (const [kind, name, sql] of ENTRIES) {
    it(`names the ${kind} whose definition cannot be read`, async () => {
      const path = bench.database(
        `CREATE TABLE t (v); CREATE INDEX i ON t (v); CREATE VIEW v AS SELECT 1; CREATE TABLE other (v);
         INSERT INTO other VALUES (1); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;`,
        [[name, `UPDATE sqlite_schema SET sql = '${sql}' WHERE name = '${name}'`]],
      );
      const seen = await audit(path);
      const named = seen.observations.filter(({ code }) => code === "sqlite.schema.entry");
      assert.deepEqual(
        named.map(({ location }) => location.table ?? location.index),
        [name],
      );
      assert.equal(seen.collections?.["other"], 1);
      assert.equal(seen.complete, false);
    });
  }

  it("says that anybody may write it", async () => {
    const path = bench.database("CREATE TABLE t (v)");
    chmodSync(path, 0o666);
    assert.deepEqual(codes(await audit(path)), ["sqlite.file.open-to-others"]);
    chmodSync(path, 0o644);
    chmodSync(bench.folder, 0o777);
    assert.deepEqual(codes(await audit(path)), ["sqlite.folder.open-to-others"]);
    chmodSync(bench.folder, 0o700);
    assert.deepEqual(codes(await audit(path)), []);
  });

  it("ends whatever its pages say", async () => {
    const path = bench.database(`PRAGMA page_size = 512; CREATE TABLE t (v);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        INSERT INTO t SELECT 'value ' || i FROM n;`);
    const bytes = readFileSync(path);
    const root = Number(rootOf(path));
    // The rightmost child of the root is the root itself.
    bytes.writeUInt32BE(root, (root - 1) * 512 + 8);
    writeFileSync(path, bytes);
    const seen = await audit(path);
    assert.deepEqual(codes(seen), ["sqlite.table.uncounted"]);
    assert.match(seen.observations[0]?.description ?? "", /second time/);
  });
});

function pragma(path: string, name: string): unknown {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function rootOf(path: string): unknown {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 't'").get()?.[
    "rootpage"
  ];
}
