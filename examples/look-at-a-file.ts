// Is this database file whole? Looks at it without a salvor.yaml, and changes nothing.
//   node examples/look-at-a-file.ts ./shop.sqlite
// With Salvor installed, import from "salvor".

import { auditStore, checkIntegrity, scanStore } from "../src/index.ts";

const path = process.argv[2] ?? "./shop.sqlite";
for (const look of [auditStore, checkIntegrity, scanStore]) {
  const { sound, findings } = await look({ path });
  process.stdout.write(`${look.name}: ${sound ? "sound" : "not sound"}\n`);
  for (const { severity, description } of findings) {
    process.stdout.write(`  ${severity}: ${description}\n`);
  }
}
