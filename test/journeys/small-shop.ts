import type { Json } from "../../src/core/json.ts";

// A small shop with one of everything that a catalogue can hold, and the changes that are made to it.

export const SCHEMA = `
CREATE TABLE customer (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE, email TEXT UNIQUE,
  height REAL DEFAULT 1.75, photo BLOB, CHECK (length(name) < 100)
);
CREATE TABLE product (
  id INTEGER PRIMARY KEY, sku TEXT NOT NULL, price NUMERIC(10, 2), gross REAL AS (price * 1.19) VIRTUAL,
  maker INTEGER REFERENCES customer (id) ON DELETE SET NULL
);
CREATE TABLE stock (place TEXT, product INTEGER, count INT, PRIMARY KEY (place, product)) WITHOUT ROWID;
CREATE TABLE loose (id INTEGER PRIMARY KEY, v);
CREATE TABLE heap (a, b);
CREATE TABLE firm (k INTEGER PRIMARY KEY, t TEXT) STRICT;
CREATE INDEX product_by_sku ON product (sku);
CREATE INDEX product_dear ON product (price DESC) WHERE price > 100;
CREATE VIEW cheap AS SELECT sku FROM product WHERE price < 10;
CREATE TRIGGER renamed AFTER UPDATE OF t ON firm BEGIN INSERT INTO heap VALUES (old.t, new.t); END;
`;

export const CONTENT = `
INSERT INTO customer VALUES (1, 'Ada', 'ada@example.org', 1.7, x'00ff'), (2, 'Bert', NULL, NULL, NULL), (5, '', '', 0.0, x'');
INSERT INTO product (id, sku, price, maker) VALUES (1, 'A-1', 9.5, 1), (2, 'B-2', 120, NULL), (3, 'C-3', NULL, 2);
INSERT INTO stock VALUES ('east', 1, 10), ('east', 2, NULL), ('west', 1, 0);
INSERT INTO loose VALUES (1, NULL), (2, 1), (3, 2.5), (4, 'text'), (5, x'00');
INSERT INTO heap VALUES (1, 'twice'), (1, 'twice'), (NULL, 2.5);
`;

/** A new row: table, statement, and the key by which it must be named. */
export const INSERTS: readonly (readonly [table: string, sql: string, key: Json])[] = [
  ["customer", "INSERT INTO customer (id, name) VALUES (4, 'new')", { id: 4 }],
  ["product", "INSERT INTO product (id, sku) VALUES (-1, '')", { id: -1 }],
  ["stock", "INSERT INTO stock VALUES ('', 1, 1)", { place: "", product: 1 }],
  ["loose", "INSERT INTO loose VALUES (0, NULL)", { id: 0 }],
  ["firm", "INSERT INTO firm VALUES (1, NULL)", { k: 1 }],
];

/** Pairs of SQL values that look alike, in a column without a type. */
export const TYPE_CHANGES: readonly (readonly [from: string, to: string])[] = [
  ["1", "1.0"],
  ["1", "'1'"],
  ["'1'", "'1.0'"],
  ["'a'", "x'61'"],
  ["NULL", "''"],
  ["''", "x''"],
  ["0", "NULL"],
  ["'a'", "'A'"],
  ["'a'", "'a '"],
  ["'\u00E9'", "'e\u0301'"],
  ["9007199254740993", "9007199254740992"],
  ["9223372036854775807", "9223372036854775806"],
  ["0.1", "0.1000000000000001"],
  ["CAST(x'FF41' AS TEXT)", "CAST(x'FE41' AS TEXT)"],
  ["'a' || char(0) || 'b'", "'a' || char(0) || 'c'"],
  ["9e999", "-9e999"],
  ["zeroblob(10000)", "zeroblob(10001)"],
];

/** One change of the schema, and how it must be named. */
export interface SchemaChange {
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly names: readonly string[];
  /** What the proof must say about how it differs. */
  readonly differs?: RegExp;
}

const inProduct = ["changed table product"];
const inCustomer = ["changed table customer"];

export const SCHEMA_CHANGES: readonly SchemaChange[] = [
  { title: "a new table", from: "CREATE VIEW", to: "CREATE TABLE fresh (a);\nCREATE VIEW", names: ["extra table fresh"] },
  { title: "a table that is gone", from: "CREATE TABLE loose (id INTEGER PRIMARY KEY, v);", to: "", names: ["missing table loose"] },
  { title: "a table that is no longer strict", from: "t TEXT) STRICT", to: "t TEXT)", names: ["changed table firm"], differs: /strict/ },
  { title: "a table with row ids", from: ") WITHOUT ROWID", to: ")", names: ["changed table stock"], differs: /rowid/i },
  { title: "the order of a key", from: "PRIMARY KEY (place, product)", to: "PRIMARY KEY (product, place)", names: ["changed table stock"], differs: /key/i },
  { title: "a new column", from: "count INT,", to: "count INT, shelf TEXT,", names: ["changed table stock"], differs: /column shelf: extra/ },
  { title: "a column that is gone", from: " count INT,", to: "", names: ["changed table stock"], differs: /column count: missing/ },
  { title: "a renamed column", from: "count INT", to: "amount INT", names: ["changed table stock"], differs: /amount/ },
  { title: "a column's type", from: "height REAL", to: "height TEXT", names: inCustomer, differs: /column height: type REAL -> TEXT/ },
  { title: "a column's default", from: "DEFAULT 1.75", to: "DEFAULT 1.8", names: inCustomer, differs: /column height: default/ },
  { title: "a column that may be null", from: "sku TEXT NOT NULL", to: "sku TEXT", names: inProduct, differs: /column sku/ },
  { title: "a column's collation", from: "COLLATE NOCASE", to: "COLLATE RTRIM", names: inCustomer, differs: /column name: collation/i },
  { title: "a unique constraint", from: "email TEXT UNIQUE", to: "email TEXT", names: inCustomer, differs: /unique/i },
  { title: "a check", from: "length(name) < 100", to: "length(name) < 101", names: inCustomer, differs: /check/i },
  { title: "autoincrement", from: " AUTOINCREMENT", to: "", names: inCustomer, differs: /autoincrement/i },
  { title: "a generated column's expression", from: "price * 1.19", to: "price * 1.07", names: inProduct, differs: /column gross/ },
  { title: "a generated column that is stored", from: "VIRTUAL", to: "STORED", names: inProduct, differs: /column gross/ },
  { title: "a reference's action", from: "ON DELETE SET NULL", to: "ON DELETE CASCADE", names: inProduct, differs: /reference|foreign/i },
  { title: "a reference that is gone", from: " REFERENCES customer (id) ON DELETE SET NULL", to: "", names: inProduct, differs: /reference|foreign/i },
  { title: "an index that is gone", from: "CREATE INDEX product_by_sku ON product (sku);", to: "", names: ["missing index product_by_sku"] },
  { title: "an index that is unique now", from: "CREATE INDEX product_by_sku", to: "CREATE UNIQUE INDEX product_by_sku", names: ["changed index product_by_sku"], differs: /unique/ },
  { title: "an index over another column", from: "ON product (sku)", to: "ON product (maker)", names: ["changed index product_by_sku"], differs: /sku|maker/ },
  { title: "an index in another direction", from: "price DESC", to: "price ASC", names: ["changed index product_dear"], differs: /desc/i },
  { title: "an index over other rows", from: "WHERE price > 100", to: "WHERE price > 101", names: ["changed index product_dear"], differs: /101/ },
  { title: "a view's query", from: "price < 10;", to: "price < 11;", names: ["changed view cheap"], differs: /11/ },
  { title: "a view that is gone", from: "CREATE VIEW cheap AS SELECT sku FROM product WHERE price < 10;", to: "", names: ["missing view cheap"] },
  { title: "a trigger's body", from: "(old.t, new.t)", to: "(new.t, old.t)", names: ["changed trigger renamed"], differs: /old/ },
  { title: "a trigger's moment", from: "AFTER UPDATE OF t", to: "AFTER UPDATE", names: ["changed trigger renamed"] },
]; // prettier-ignore
