// Something is broken: look, mend it with the least change, prove it, and say what that cost.
//   node examples/emergency-recovery.ts shop         (where salvor.yaml is, or below)
// With Salvor installed, import from "salvor".

import { openSalvor } from "../src/index.ts";

const stores = process.argv.slice(2);
await using salvor = await openSalvor({ by: "the pager" });

const { sound, steps, run, losses, reports } = await salvor.fullRecovery({
  stores,
  yes: true,
  reason: "alarm",
});
for (const { severity, title, description } of steps.scan.findings) {
  process.stdout.write(`${severity}: ${title}: ${description}\n`);
}
for (const { store, why } of steps.recover.remedies) process.stdout.write(`${store}: ${why}\n`);
process.stdout.write(`run: ${run?.status ?? "not needed"}, sound: ${String(sound)}\n`);
for (const { collection, key, reason } of losses) {
  process.stdout.write(`lost: ${collection ?? ""} ${JSON.stringify(key)}: ${reason}\n`);
}
process.stdout.write(`report: ${reports?.html ?? "none"}\n`);
