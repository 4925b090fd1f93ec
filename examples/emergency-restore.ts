// Brings a store back to its newest snapshot that is proven, and says what that cost.
//   node examples/emergency-restore.ts shop          (where salvor.yaml is, or below)
// With Salvor installed, import from "salvor".

import { openSalvor } from "../src/index.ts";

const store = process.argv[2] ?? "shop";
await using salvor = await openSalvor({ by: "the pager" });

// Newest first: one that cannot be proven is passed over, and everybody can see that it was.
const { snapshots } = await salvor.snapshots({ store });
for (const { id, createdAt } of snapshots.toReversed()) {
  const { ok } = await salvor.verify({ snapshots: [id], level: "complete" });
  process.stdout.write(`${id.slice(0, 12)} of ${createdAt}: ${ok ? "proven" : "damaged"}\n`);
  if (!ok) continue;
  const run = await salvor.restore({ snapshot: id, inPlace: true, yes: true, reason: "alarm" });
  process.stdout.write(`${run.status}, equal: ${String(run.proof?.equal)}\n`);
  for (const { collection, key } of run.losses) {
    process.stdout.write(`newer than the snapshot: ${collection} ${JSON.stringify(key)}\n`);
  }
  break;
}
