import type { DatabaseSync } from "node:sqlite";

/** How one database of the zoo is made. An empty `sql` makes a file of no bytes. */
export interface Specimen {
  readonly name: string;
  readonly pageSize?: number;
  readonly reservedBytes?: number;
  readonly schemaFormat?: number;
  /** Pragmas that must come before the first page is written. */
  readonly before?: string;
  readonly sql: string;
  readonly fill?: (database: DatabaseSync) => void;
}

const numbers = (upTo: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${upTo})`;

/** Rows of every storage class, with payloads from nothing to several overflow pages. */
const MIXED = `
  CREATE TABLE mixed (id INTEGER PRIMARY KEY, a, b TEXT, c REAL, d BLOB, e NUMERIC);
  ${numbers(120)} INSERT INTO mixed SELECT i, CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN i * 7919
    WHEN 2 THEN i / 3.0 WHEN 3 THEN 'text ' || i ELSE zeroblob(i) END,
    CASE WHEN i % 10 = 0 THEN replace(hex(zeroblob(i * 20)), '0', 'xy') ELSE 'ä' || i END,
    i / 2, zeroblob(i % 7), i || '' FROM n;
  CREATE INDEX mixed_b ON mixed (b);`;

const pageSizes: readonly Specimen[] = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536].map(
  (pageSize) => ({ name: `page-size-${pageSize}`, pageSize, sql: MIXED }),
);

const encodings: readonly Specimen[] = ["UTF-16le", "UTF-16be"].map((encoding) => ({
  name: encoding.toLowerCase(),
  before: `PRAGMA encoding = '${encoding}';`,
  sql: `${MIXED}
    CREATE TABLE "Müller" ("größe" TEXT PRIMARY KEY, "表" TEXT DEFAULT 'ünï', x) WITHOUT ROWID;
    INSERT INTO "Müller" VALUES ('ä', '表', 1), ('𝄞', '', NULL), ('', char(0, 65), 2.5);
    CREATE TABLE odd (t); INSERT INTO odd VALUES (CAST(x'414243' AS TEXT)), (CAST(x'00D8' AS TEXT));
    ALTER TABLE odd ADD COLUMN late TEXT DEFAULT 'spät';`,
}));

const values: readonly Specimen[] = [
  {
    name: "values",
    sql: `
      CREATE TABLE plain (v); CREATE TABLE reals (v REAL); CREATE TABLE texts (v TEXT);
      CREATE TABLE numerics (v NUMERIC); CREATE TABLE integers (v INTEGER); CREATE TABLE blobs (v BLOB);
      CREATE TABLE keyed (k, v, PRIMARY KEY (k));
      CREATE TABLE many (a REAL, b REAL, c REAL);
      INSERT INTO many VALUES (1, 2.5, NULL), (9007199254740993, -9223372036854775808, 'word'),
        (9223372036854775807, 0, 127), (-1, 32768, -8388609), (281474976710655, 4294967296, x'00');`,
    fill: (database) => {
      const all = [
        "NULL", "0", "1", "-1", "2", "127", "128", "-128", "-129", "32767", "32768", "-32768",
        "-32769", "8388607", "8388608", "-8388608", "-8388609", "2147483647", "2147483648",
        "-2147483648", "-2147483649", "140737488355327", "140737488355328", "-140737488355328",
        "-140737488355329", "9223372036854775807", "-9223372036854775808", "9007199254740993",
        "0.0", "-0.0", "1.0", "1.5", "-1.5", "1e308", "-1e308", "9e999", "-9e999", "5e-324", "0.1",
        "''", "x''", "'a'", "x'00'", "x'0000ff'", "'12'", "'1.50'", "' 7 '", "'abc' || char(0) || 'd'",
        "CAST(x'FF41' AS TEXT)", "CAST(x'FE41' AS TEXT)", "CAST(x'00' AS TEXT)", "zeroblob(20000)",
        "hex(zeroblob(9000))", "'größe 表 𝄞'",
      ]; // prettier-ignore
      for (const table of ["plain", "reals", "texts", "numerics", "integers", "blobs"])
        for (const value of all) database.exec(`INSERT INTO ${table} VALUES (${value})`);
      for (const value of all) database.exec(`INSERT OR IGNORE INTO keyed VALUES (${value}, 1)`);
      database.exec("INSERT INTO keyed VALUES (NULL, 2), (NULL, 2), (NULL, 3)");
    },
  },
  {
    name: "rowids",
    sql: `
      CREATE TABLE ids (id INTEGER PRIMARY KEY, v);
      INSERT INTO ids VALUES (-9223372036854775808, 'min'), (-4294967297, 1), (-1, 'minus'), (0, 'zero'),
        (1, NULL), (127, 2), (128, 3), (16384, 4), (4294967295, 5), (4294967296, 6),
        (9223372036854775807, 'max');
      CREATE TABLE descending (id INTEGER PRIMARY KEY DESC, v); INSERT INTO descending VALUES (5, 'a'), (3, 'b');
      CREATE TABLE descending_too (id INTEGER, v, PRIMARY KEY (id DESC)); INSERT INTO descending_too VALUES (5, 'a'), (3, 'b');
      CREATE TABLE quoted ("id" INTEGER, PRIMARY KEY ('id')); INSERT INTO quoted VALUES (7);
      CREATE TABLE int_key (id INT PRIMARY KEY, v); INSERT INTO int_key VALUES (7, 8);
      CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO counted (v) VALUES ('x'), ('y');
      DELETE FROM counted WHERE id = 2;
      CREATE TABLE no_key (a, b); INSERT INTO no_key VALUES (1, 2), (1, 2), (NULL, x'00'), ('', '');`,
  },
  {
    name: "short-records",
    sql: `CREATE TABLE grown (id INTEGER PRIMARY KEY, a); INSERT INTO grown VALUES (1, 'old'), (2, NULL), (3, zeroblob(9000));`,
    fill: (database) => {
      const defaults = [
        "b", "c TEXT DEFAULT 'späť'", "d INTEGER DEFAULT 5", "e REAL DEFAULT 5", "f REAL DEFAULT '7'",
        "g TEXT DEFAULT 1.50", "h DEFAULT 1.0", "i NUMERIC DEFAULT '12'", "j DEFAULT -5", "k DEFAULT +3",
        "l DEFAULT 0x10", "m DEFAULT x'00ff'", "n DEFAULT (4)", "o DEFAULT (-(-4))", "p DEFAULT TRUE",
        "q DEFAULT false", "r DEFAULT NULL", "s DEFAULT \"word\"", "t TEXT DEFAULT 12", "u INT DEFAULT 'x'",
        "v DEFAULT 9223372036854775807", "w DEFAULT -9223372036854775808", "x DEFAULT 1e3",
        "y INTEGER NOT NULL DEFAULT 2.0", "z DEFAULT ''", "aa BLOB DEFAULT '5'", "ab REAL DEFAULT -0.0",
        "ac DEFAULT 9223372036854775808", "ad TEXT COLLATE NOCASE DEFAULT ('Hey')", "ae DEFAULT 'it''s'",
        "af DEFAULT (CAST('12' AS INTEGER))", "ag TEXT DEFAULT -1", "ah TEXT DEFAULT (+7)", "ai TEXT DEFAULT 1e3",
        "aj DEFAULT foo", "ak NUMERIC DEFAULT 1.50", "al INTEGER DEFAULT '0x10'", "am TEXT DEFAULT TRUE",
        "an INTEGER DEFAULT 1e400", "ao NUMERIC DEFAULT '1e3'", "ap DEFAULT .5", "aq TEXT DEFAULT .5", "ar TEXT DEFAULT 0x10", "as0 DEFAULT -0.0", "at NUMERIC DEFAULT -0.0", "au ANY DEFAULT '1e2'", "av REAL DEFAULT 'x'",
      ]; // prettier-ignore
      for (const column of defaults) database.exec(`ALTER TABLE grown ADD COLUMN ${column}`);
      database.exec("INSERT INTO grown (id, a) VALUES (4, 'new')");
      database.exec(`CREATE TABLE gone (a INTEGER PRIMARY KEY, b, c); INSERT INTO gone VALUES (1, 2, 3);
        ALTER TABLE gone DROP COLUMN b; ALTER TABLE gone ADD COLUMN d DEFAULT 'd'; ALTER TABLE gone RENAME TO left_over`);
    },
  },
];

const tables: readonly Specimen[] = [
  {
    name: "without-rowid",
    pageSize: 1024,
    sql: `
      CREATE TABLE composite (b TEXT, a INT, c, d REAL, PRIMARY KEY (a, b)) WITHOUT ROWID;
      ${numbers(300)} INSERT INTO composite SELECT 'k' || i, i % 17, zeroblob(i % 50), i FROM n;
      CREATE TABLE descending (k TEXT, v, PRIMARY KEY (k DESC)) WITHOUT ROWID;
      INSERT INTO descending VALUES ('a', 1), ('b', 2), ('', 3), ('c' || char(0), 4);
      CREATE TABLE folded (k TEXT COLLATE NOCASE PRIMARY KEY, v) WITHOUT ROWID;
      INSERT INTO folded VALUES ('B', 1), ('a', 2), ('C', 3);
      CREATE TABLE twice (a, b, c, PRIMARY KEY (b, a, b)) WITHOUT ROWID; INSERT INTO twice VALUES (1, 2, 3);
      CREATE TABLE collated (a, b, PRIMARY KEY (a COLLATE NOCASE, a)) WITHOUT ROWID; INSERT INTO collated VALUES ('x', 'y'), ('X', 'z');
      CREATE TABLE integer_key (id INTEGER PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO integer_key VALUES (9, 'n'), (-9, 'm');
      CREATE TABLE large (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
      ${numbers(40)} INSERT INTO large SELECT hex(zeroblob(i * 60)), zeroblob(i * 300) FROM n;`,
  },
  {
    name: "strict",
    sql: `
      CREATE TABLE strict_one (i INT, n INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT;
      INSERT INTO strict_one VALUES (1, 2, 3, 'four', x'05', '6'), (NULL, NULL, NULL, NULL, NULL, 6.0), (0, 1, -2.5, '', x'', 7);
      CREATE TABLE strict_two (k ANY PRIMARY KEY, v ANY DEFAULT 1.0) STRICT, WITHOUT ROWID;
      INSERT INTO strict_two VALUES ('1', 1), (1, '1'), (1.5, x'00');
      CREATE TABLE loose (a ANY); INSERT INTO loose VALUES ('12');`,
  },
  {
    name: "generated",
    sql: `
      CREATE TABLE generated (id INTEGER PRIMARY KEY, a INT, v INT GENERATED ALWAYS AS (a * 2) VIRTUAL,
        s REAL GENERATED ALWAYS AS (a + 1) STORED, w TEXT AS ('x' || a), b TEXT, UNIQUE (w));
      INSERT INTO generated (a, b) VALUES (1, 'one'), (NULL, 'none'), (7, NULL);
      CREATE TABLE generated_key (a TEXT NOT NULL, v AS (upper(a)) NOT NULL UNIQUE, s AS (lower(a)) STORED NOT NULL UNIQUE);
      INSERT INTO generated_key VALUES ('Ab'), ('Cd');
      CREATE TABLE generated_pk (v AS (a || '!'), a TEXT PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO generated_pk VALUES ('p', 'q');
      ALTER TABLE generated ADD COLUMN late AS (a * 3) VIRTUAL;`,
  },
  {
    name: "names",
    sql: `
      CREATE TABLE "a ""b" ("c ""d" INTEGER PRIMARY KEY, 'e''f' TEXT DEFAULT 'g''h'); INSERT INTO "a ""b" VALUES (1, 'x');
      CREATE TABLE "Müller" ("Straße" TEXT UNIQUE NOT NULL, ß INT); INSERT INTO Müller VALUES ('Weg', 1);
      CREATE TABLE 表 (列 TEXT PRIMARY KEY); INSERT INTO 表 VALUES ('値');
      CREATE TABLE [x y] ([z ] INT, [select] TEXT); INSERT INTO [x y] VALUES (1, 'q');
      CREATE TABLE \`back\`\`tick\` (\`a\` INT); INSERT INTO \`back\`\`tick\` VALUES (1);
      CREATE TABLE " " ("" TEXT, " " INT); INSERT INTO " " VALUES ('', 0);
      CREATE TABLE "-- no comment" (a /* the first */ INT, -- the second
        b TEXT); INSERT INTO "-- no comment" VALUES (1, 'b');
      CREATE TABLE "constructor" (__proto__ INT PRIMARY KEY, "toString" TEXT); INSERT INTO "constructor" VALUES (1, 'x');
      CREATE TABLE "order" ("group" INT, "index" INT, UNIQUE ("group", "index")); INSERT INTO "order" VALUES (1, 2);
      CREATE VIEW "v ""w" AS SELECT * FROM "a ""b";`,
  },
  {
    name: "keys",
    sql: `
      CREATE TABLE text_key (k TEXT PRIMARY KEY, v); INSERT INTO text_key VALUES ('b', 1), ('a', 2), (NULL, 3), (NULL, 3);
      CREATE TABLE two (a, b, c, PRIMARY KEY (b, a)); INSERT INTO two VALUES (1, NULL, 'x'), (1, NULL, 'y'), (2.5, 'q', x'');
      CREATE TABLE unique_null (a UNIQUE, b); INSERT INTO unique_null VALUES (NULL, 1), (NULL, 1), (1, 2);
      CREATE TABLE unique_not_null (a UNIQUE, b INT NOT NULL, c TEXT NOT NULL, UNIQUE (c, b)); INSERT INTO unique_not_null VALUES (1, 2, 'z'), (2, 1, 'y');
      CREATE TABLE by_index (a NOT NULL, b); CREATE UNIQUE INDEX by_index_partial ON by_index (a) WHERE b > 0;
      CREATE UNIQUE INDEX by_index_z ON by_index (a DESC); INSERT INTO by_index VALUES (3, 1), (1, 2), ('x', 3);
      CREATE TABLE by_expression (a NOT NULL); CREATE UNIQUE INDEX by_expression_i ON by_expression (a + 1); INSERT INTO by_expression VALUES (3), (1);`,
  },
  {
    name: "indexes",
    sql: `
      CREATE TABLE t (a TEXT COLLATE NOCASE, b INT, c TEXT COLLATE RTRIM, UNIQUE (b COLLATE BINARY, c));
      INSERT INTO t VALUES ('A', 1, 'x '), ('a', 2, 'x'), (NULL, NULL, NULL);
      CREATE INDEX plain ON t (a, b DESC); CREATE INDEX collated ON t (a COLLATE BINARY ASC, c COLLATE NOCASE DESC);
      CREATE INDEX expression ON t (lower(a), b + 1 DESC, (c)); CREATE INDEX partial ON t (b) WHERE a IS NOT NULL AND b > 0;
      CREATE UNIQUE INDEX "unique ""one" ON t (b, a, c); ANALYZE;`,
  },
];

const references: readonly Specimen[] = [
  {
    name: "references",
    sql: `
      CREATE TABLE parent (a INT, b TEXT, PRIMARY KEY (a, b));
      CREATE TABLE child (id INTEGER PRIMARY KEY, a INT, b TEXT, boss INTEGER REFERENCES child ON DELETE SET NULL,
        FOREIGN KEY (a, b) REFERENCES parent (a, b) ON DELETE CASCADE ON UPDATE RESTRICT DEFERRABLE INITIALLY DEFERRED);
      CREATE TABLE other (p INT REFERENCES parent (a) MATCH FULL ON UPDATE SET DEFAULT NOT DEFERRABLE INITIALLY DEFERRED, q CONSTRAINT fk REFERENCES "child" ("id"));
      INSERT INTO parent VALUES (1, 'x'), (2, 'y'); INSERT INTO child VALUES (1, 1, 'x', NULL), (2, 2, 'y', 1), (3, NULL, 'z', 99);
      INSERT INTO other VALUES (1, 1), (5, NULL);`,
  },
  {
    name: "views-and-triggers",
    sql: `
      CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT, at DEFAULT CURRENT_TIMESTAMP CHECK (length(at) > 0), CONSTRAINT c CHECK (what <> 'no'));
      CREATE TABLE src (a INT CHECK (a > 0), b TEXT DEFAULT (lower('X')));
      CREATE VIEW recent (n, w) AS SELECT id, what FROM log WHERE id > 10;
      CREATE TRIGGER after_insert AFTER INSERT ON src WHEN new.a > 1 BEGIN INSERT INTO log (what, at) VALUES ('in; ' || new.a, 'then'); END;
      CREATE TRIGGER instead INSTEAD OF INSERT ON recent BEGIN INSERT INTO log (what) VALUES (new.w); END;
      CREATE TABLE copied AS SELECT 1 AS one, 'two' AS "t w o", 3.0;
      INSERT INTO src (a) VALUES (1), (2), (3);`,
  },
  {
    name: "virtual-tables",
    sql: `
      CREATE VIRTUAL TABLE words USING fts5(title, body, tokenize = 'porter');
      CREATE TABLE words_of_mine (a); INSERT INTO words_of_mine VALUES (1);
      INSERT INTO words VALUES ('one', 'the quick brown fox'), ('two', 'jumps over the lazy dog');
      CREATE VIRTUAL TABLE external USING fts5(t, content = 'docs', content_rowid = 'id');
      CREATE TABLE docs (id INTEGER PRIMARY KEY, t); INSERT INTO docs VALUES (1, 'text'); INSERT INTO external (external) VALUES ('rebuild');
      CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, y0, y1, +label TEXT); INSERT INTO boxes VALUES (1, 0, 1, 0, 1, 'here'), (2, 5, 6, 5, 6, 'there');
      CREATE VIRTUAL TABLE old_words USING fts4(content TEXT); INSERT INTO old_words VALUES ('some old text');
      CREATE VIRTUAL TABLE shapes USING geopoly(name); INSERT INTO shapes (_shape, name) VALUES ('[[0,0],[1,0],[0,1],[0,0]]', 'triangle');`,
  },
];

const files: readonly Specimen[] = [
  { name: "empty", sql: "" },
  { name: "one-page", before: "PRAGMA user_version = 7;", sql: "PRAGMA application_id = 9" },
  { name: "wal", before: "PRAGMA journal_mode = WAL;", sql: MIXED },
  { name: "reserved", reservedBytes: 32, sql: MIXED },
  { name: "reserved-512", pageSize: 512, reservedBytes: 20, sql: MIXED },
  {
    name: "auto-vacuum-full",
    before: "PRAGMA auto_vacuum = FULL;",
    sql: `${MIXED} DELETE FROM mixed WHERE id % 3 = 0;`,
  },
  {
    name: "auto-vacuum-incremental",
    pageSize: 1024,
    before: "PRAGMA auto_vacuum = INCREMENTAL;",
    sql: `${MIXED} DELETE FROM mixed WHERE id % 2 = 0; PRAGMA incremental_vacuum(3);`,
  },
  {
    name: "freelist",
    pageSize: 512,
    sql: `${MIXED} CREATE TABLE gone AS SELECT * FROM mixed; DROP TABLE gone;`,
  },
  {
    name: "deep",
    pageSize: 512,
    sql: `
      CREATE TABLE deep (id INTEGER PRIMARY KEY, v TEXT); ${numbers(20_000)} INSERT INTO deep SELECT i * 3, 'value ' || i FROM n;
      CREATE TABLE deep_too (k TEXT PRIMARY KEY, v INT) WITHOUT ROWID; ${numbers(5000)} INSERT INTO deep_too SELECT hex(i * 7919 % 5003), i FROM n;`,
  },
  {
    // Schema format 1 knows no types 8 and 9: 0 and 1 take a byte each.
    name: "legacy-format",
    schemaFormat: 1,
    sql: `${MIXED} CREATE TABLE flags (id INTEGER PRIMARY KEY, f, g); INSERT INTO flags VALUES (1, 0, 1), (2, 1, 0), (3, 2, -1);`,
  },
];

/** All of them: what differs between databases of SQLite and could be read wrongly. */
export const SPECIMENS: readonly Specimen[] = [
  ...pageSizes,
  ...encodings,
  ...values,
  ...tables,
  ...references,
  ...files,
];
