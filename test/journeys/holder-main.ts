import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";

// A program that keeps a database open: node holder-main.ts <database>
// Each line of standard input is one SQL statement; its rows, or its error, come back as a line.

const database = new DatabaseSync(process.argv[2] ?? "", { timeout: 5000 });
for await (const sql of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(answer(sql))}\n`);
}
database.close();

function answer(sql: string): unknown {
  try {
    return { rows: database.prepare(sql).all() };
  } catch (error) {
    return { error: String(error) };
  }
}
