import type { Observation } from "../../core/finding.ts";
import { entryModule } from "../../core/module.ts";
import type { SealedReceipt } from "../../receipts/types.ts";
import type { DriverContext } from "../types.ts";
import { comparedTables, type Description } from "./description.ts";
import type { RefereeInput } from "./referee-task.ts";

/** An image's tables, and what our decoder sealed. */
export interface RefereeQuestion {
  readonly described: Description;
  readonly sealed: SealedReceipt;
}

/** Lets the engine read every row, and names the tables in which it sees something else. */
export async function* refereeImage(
  { hosts, scratch }: DriverContext,
  path: string,
  { described, sealed }: RefereeQuestion,
  signal: AbortSignal,
): AsyncIterable<Observation> {
  const tables = comparedTables(described).flatMap((table) => {
    const seal = sealed.receipt.collections[table.collection.name];
    return seal === undefined ? [] : [{ ...table, digest: seal.digest }];
  });
  const encoding = described.header?.encoding ?? "utf-8";
  const input: RefereeInput = { path, tables, encoding, scratch };
  const task = entryModule("stores/sqlite/referee-task");
  for (const table of await hosts.run<readonly string[]>("engine", task, input, signal)) {
    yield {
      code: "sqlite.referee",
      title: "The engine reads other rows than we do",
      description: `the engine's rows of table ${table} are not those that the receipt was made of`,
      severity: "critical",
      category: "corruption",
      location: { table },
      evidence: "",
      remedies: ["restore-beside", "exchange"],
    };
  }
}
