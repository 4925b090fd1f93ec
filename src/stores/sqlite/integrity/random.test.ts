import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import fc from "fast-check";

import { SEED } from "../../../../test/support/seed.ts";
import { quoted } from "../schema/names.ts";
import { readRules, writtenTables } from "./read-rules.ts";
import { checkRows } from "./row-rules.ts";
import type { Breach } from "./rules.ts";
import { checkUniques } from "./uniques.ts";

// Goal: a rule is called broken exactly when the engine would not have let the rows in.
// Method: rules and rows by chance; the rows lie in a table without rules. The engine copies them into
// the one that has them: it refuses, or it does not.

const LITERALS = ["NULL", "0", "1", "1.0", "-1", "1.5", "'1'", "'a'", "'A'", "'a '", "'b'", "''"];
const literal = fc.constantFrom(...LITERALS, "x'61'", "x''");
const name = fc.constantFrom("a", "b c", 'd"e', "select");
const collation = fc.constantFrom("", "COLLATE NOCASE", "COLLATE RTRIM", "COLLATE BINARY");
const check = fc.constantFrom(
  "",
  "CHECK (# > 0)",
  "CHECK (# IN ('a', \"b\"))",
  "CONSTRAINT c CHECK (# IS NOT NULL OR 0)",
  "CHECK (length(#) < 2 AND # <> ')')",
  "CHECK (# -- not 'b)'\n <> 'b')",
);

const columns = fc.uniqueArray(
  fc.record({
    name,
    type: fc.constantFrom("INT", "TEXT", "REAL", "BLOB", "ANY"),
    collation,
    check,
    constraint: fc.constantFrom("", "", "NOT NULL", "UNIQUE", "NOT NULL UNIQUE"),
  }),
  { minLength: 1, maxLength: 4, selector: (column) => column.name },
);

const random = columns.chain((given) => {
  const one = fc.constantFrom(...given.map((column) => quoted(column.name)));
  const member = fc
    .tuple(fc.constantFrom("#", "#", "lower(#)", "# || ','", "(#)"), one, collation)
    .map(([form, column, order]) => `${form.replaceAll("#", column)} ${order}`);
  const index = fc.record({
    members: fc.array(member, { minLength: 1, maxLength: 2 }),
    order: fc.constantFrom("", "DESC", "ASC"),
    where: one.chain((column) =>
      fc.constantFrom(
        "",
        ` WHERE ${column} > 0`,
        ` WHERE ${column} IS NOT NULL AND (${column} <> 'b')`,
      ),
    ),
  });
  return fc.record({
    columns: fc.constant(given),
    key: fc.constantFrom(
      "",
      "",
      ...given.map((column) => `, PRIMARY KEY (${quoted(column.name)})`),
    ),
    options: fc.constantFrom("", "", "WITHOUT ROWID"),
    indexes: fc.array(index, { maxLength: 2 }),
    rows: fc.array(fc.tuple(...given.map(() => literal)), { maxLength: 4 }),
  });
});

type Random = typeof random extends fc.Arbitrary<infer Made> ? Made : never;

test(`a rule is broken when the engine would refuse the rows, SEED=${SEED}`, () => {
  const outcomes = { broken: 0, kept: 0 };
  fc.assert(
    fc.property(random, (made) => {
      using database = new DatabaseSync(":memory:", { enableDoubleQuotedStringLiterals: true });
      build(database, made);
      const broken = breaches(database).map(
        ({ code, index, column }) => `${code} ${index ?? column}`,
      );
      const refusal = copyAll(database);
      assert.equal(broken.length > 0, refusal !== null, `${broken.join()} / ${refusal}`);
      outcomes[broken.length > 0 ? "broken" : "kept"]++;
    }),
    { seed: SEED, numRuns: 1_500 },
  );
  assert.ok(Math.min(outcomes.broken, outcomes.kept) > 100, JSON.stringify(outcomes));
});

/** A table with the rules, and one with the same columns and the rows, as their types take them. */
function build(
  database: DatabaseSync,
  { columns: all, key, options, indexes, rows }: Random,
): void {
  const keyed = key === "" ? "" : options;
  const ruled = all.map((column) => {
    const text = `${quoted(column.name)} ${column.type} ${column.collation} ${column.constraint} `;
    return text + column.check.replaceAll("#", quoted(column.name));
  });
  const plain = all.map((column) => `${quoted(column.name)} ${column.type} ${column.collation}`);
  database.exec(`CREATE TABLE ruled (${ruled.join(", ")}${key}) ${keyed}`);
  database.exec(`CREATE TABLE plain (${plain.join(", ")})`);
  for (const [at, { members, order, where }] of indexes.entries())
    database.exec(`CREATE UNIQUE INDEX i${at} ON ruled (${members.join(", ")} ${order})${where}`);
  for (const row of rows) database.exec(`INSERT INTO plain VALUES (${row.join(", ")})`);
}

/** The rules of the one table, asked of the rows of the other. */
function breaches(database: DatabaseSync): readonly Breach[] {
  const ruled = writtenTables(database).find((table) => table.name === "ruled");
  assert.ok(ruled);
  const rules = { ...readRules(database, ruled), table: "plain" };
  return [...checkRows(database, rules), ...checkUniques(database, rules)];
}

function copyAll(database: DatabaseSync): string | null {
  try {
    database.exec("INSERT INTO ruled SELECT * FROM plain");
    return null;
  } catch (error) {
    return String(error);
  }
}
