import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { it } from "node:test";

import { storeContract, type StoreHarness } from "../contract.ts";
import { sqliteDriver } from "../sqlite/driver.ts";
import type { Store } from "../types.ts";
import { eventLogDriver } from "./driver.ts";
import { sampleLog } from "./keep/samples.ts";
import { withTables } from "./with-tables.ts";

const driver = withTables(eventLogDriver, sqliteDriver);
const TABLE = { table: "event", envelope: { time: "at", data: "body" }, sequence: "contiguous" };

storeContract("an event log in a table", { ...sqliteDriver.capabilities }, () => harness());

it("is looked at as a log too: a gap in a table is found", async () => {
  await using given = await harness();
  execute(given.folder, "DELETE FROM event WHERE sequence = 7");
  await using specimen = await given.live.hold(AbortSignal.timeout(60_000));
  const { observations } = await specimen.inspect("integrity", AbortSignal.timeout(60_000));
  assert.deepEqual(
    observations.map(({ code, remedies }) => [code, remedies]),
    [["event-log.gap", ["put-back-rows"]]],
  );
});

async function harness(): Promise<StoreHarness> {
  const sample = await sampleLog({}, "none.jsonl");
  execute(
    sample.folder,
    "CREATE TABLE event (id TEXT PRIMARY KEY, type TEXT, at TEXT, sequence INTEGER, body TEXT)",
  );
  let next = 1;
  const append = (): void => {
    const number = next++;
    const values = `'e${number}', 'note', '2026-01-01T00:00:00Z', ${number}, '{"n": ${number}}'`;
    execute(sample.folder, `INSERT INTO event VALUES (${values})`);
  };
  for (let count = 0; count < 20; count++) append();
  const open = (name: string): Promise<Store> =>
    driver.open("history", { ...TABLE, path: sample.path(name) }, sample.context);
  return {
    folder: sample.folder,
    live: await open("live.sqlite"),
    beside: open,
    change: async () => append(),
    remove: () => rm(sample.path("live.sqlite")),
    [Symbol.asyncDispose]: () => sample[Symbol.asyncDispose](),
  };
}

function execute(folder: string, sql: string): void {
  const database = new DatabaseSync(`${folder}/live.sqlite`);
  database.exec(sql);
  database.close();
}
