import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

// Reads every file of a folder and parses it: what looks at documents are measured against.
//   node bench/parse-all.ts <folder>

const folder = process.argv[2] ?? ".";
for (const name of readdirSync(folder)) JSON.parse(readFileSync(join(folder, name), "utf8"));
