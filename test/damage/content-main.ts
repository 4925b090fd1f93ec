import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

// A process of its own that judges a database without Salvor: node content-main.ts <path>

const [path = ""] = process.argv.slice(2);
process.stdout.write(JSON.stringify(judge(path)));

function judge(file: string): object {
  try {
    const database = new DatabaseSync(file);
    const check = database.prepare("PRAGMA integrity_check").all();
    const dangling = database.prepare("PRAGMA foreign_key_check").all().length;
    const problems = check
      .map((row) => String(row["integrity_check"]))
      .filter((said) => said !== "ok");
    const answer = { problems, dangling, tables: tablesOf(database), schema: schemaOf(database) };
    database.close();
    return answer;
  } catch (error) {
    return { problems: [String(error)], dangling: 0, tables: {}, schema: "" };
  }
}

function schemaOf(database: DatabaseSync): string {
  const rows = database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2").all();
  return digest(rows.map((row) => JSON.stringify(row)));
}

function tablesOf(database: DatabaseSync): Record<string, string> {
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1");
  return Object.fromEntries(
    names.all().map(({ name }) => [String(name), rowsOf(database, String(name))]),
  );
}

/** Storage class and bytes of every value, and never from an index. */
function rowsOf(database: DatabaseSync, table: string): string {
  const columns = database
    .prepare(`PRAGMA table_info(${quoted(table)})`)
    .all()
    .map(({ name }) => quoted(String(name)));
  const exact = columns.map(
    (name) =>
      `typeof(${name}) || ':' || CASE WHEN typeof(${name}) IN ('text', 'blob') THEN hex(${name}) ELSE quote(${name}) END`,
  );
  const sql = `SELECT ${exact.join(" || ' ' || ")} AS row FROM ${quoted(table)} NOT INDEXED`;
  const rows = database.prepare(sql).all();
  return `${rows.length} rows ${digest(rows.map(({ row }) => String(row)).sort())}`;
}

function digest(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
