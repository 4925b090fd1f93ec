import { appendFile, rm } from "node:fs/promises";

import { storeContract, type StoreHarness } from "../contract.ts";
import { eventLogDriver } from "./driver.ts";
import { eventLine, eventLines, sampleLog } from "./keep/samples.ts";

storeContract("an event log of one file", eventLogDriver.capabilities, () =>
  harness({ "app/events.jsonl": eventLines(1, 40) }, "app/events.jsonl"),
);

const ROTATED = {
  "log/app.jsonl.2": eventLines(1, 20),
  "log/app.jsonl.1": eventLines(21, 40),
  "log/app.jsonl": eventLines(41, 60),
  "log/other.txt": "of somebody else\n",
};

storeContract("an event log of many files", eventLogDriver.capabilities, () =>
  harness(ROTATED, "log/app.jsonl*"),
);

async function harness(
  files: Readonly<Record<string, string>>,
  pattern: string,
): Promise<StoreHarness> {
  const sample = await sampleLog(files, pattern);
  const newest = sample.path(pattern.replace("*", ""));
  let next = 1_000;
  return {
    folder: sample.folder,
    live: sample.live,
    beside: sample.beside,
    change: () => appendFile(newest, eventLine(next++)),
    remove: async () => {
      for (const name of Object.keys(files)) await rm(sample.path(name), { force: true });
    },
    [Symbol.asyncDispose]: () => sample[Symbol.asyncDispose](),
  };
}
