// Says what a database file holds, without a salvor.yaml: rows and a digest of each table.
//   node examples/receipt-of-a-file.ts ./shop.sqlite
// With Salvor installed, import from "salvor".

import { openSalvor } from "../src/index.ts";

const subject = process.argv[2] ?? "./shop.sqlite";
await using salvor = await openSalvor({ need: "ignored" });
const { digest, collections } = await salvor.receipt({ subject });
process.stdout.write(`${digest}\n`);
for (const [name, { count }] of Object.entries(collections)) {
  process.stdout.write(`${name}: ${count} rows\n`);
}
