import * as z from "zod";

import { parseLogicalType } from "../../receipts/logical-types.ts";
import type { Driver } from "../../stores/define-driver.ts";
import { projectionSchema } from "./projection-schema.ts";

/** What a store may be called: it becomes part of file names, and stands before `@` in commands. */
export const STORE_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

const percent = z
  .string()
  .regex(/^(100|\d{1,2}(\.\d{1,3})?)%$/, 'must be a percentage such as "5%"')
  .meta({ description: "A percentage, for example 5%" });

const path = z.string().min(1).max(4096).refine(noNul, "must not contain NUL");
const count = z.int().min(0).max(100_000);
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of a variable");

const encryption = z
  .strictObject({
    passphraseEnv: variable.optional().describe("Variable that holds the passphrase"),
    passphraseFile: path.optional().describe("File whose first line is the passphrase"),
  })
  .refine(
    (given) => (given.passphraseEnv === undefined) !== (given.passphraseFile === undefined),
    "must have exactly one of passphraseEnv and passphraseFile",
  );

const retention = z
  .strictObject({
    keepLast: count.optional(),
    keepHourly: count.optional(),
    keepDaily: count.optional(),
    keepWeekly: count.optional(),
    keepMonthly: count.optional(),
  })
  .refine(
    (rules) => Object.values(rules).some((kept) => (kept ?? 0) > 0),
    "must keep something: give at least one rule a number above 0",
  );

const log = z.strictObject({
  level: z.enum(["debug", "info", "warn", "error"]).default("info"),
  file: path.optional(),
  rotateBytes: z.int().min(10_000).max(1_000_000_000).default(10_000_000),
  keep: z.int().min(1).max(100).default(5),
});

const expectation = z.strictObject({
  shrinkMax: percent.optional().describe("Part of the rows that may go between two snapshots"),
  appendOnly: z.boolean().optional().describe("Rows never change or go"),
  present: z.boolean().optional().describe("The collection must exist"),
});

const logicalType = z.string().refine(isLogicalType, {
  error: 'must be a logical type, such as "decimal(10,2)", "date", "timestamp" or "json"',
});

const columnName = z.string().regex(/^.+\..+$/s, "must be written as table.column");

const files = z
  .union([path, z.array(path).max(100)], { error: "must be a file or a list of files" })
  .default([]);

/** What every store has, whatever its driver. */
const common = {
  critical: z.boolean().default(false).describe("Raises the level of its failures by one"),
  expect: z.record(z.string(), expectation).default({}).describe("By collection; * for the rest"),
  forget: path.optional().describe("File of keys (NDJSON) whose rows never come back"),
  rules: files.describe("SQL files with queries that must find nothing"),
  sensitive: z.array(columnName).default([]).describe("Columns that are masked, as table.column"),
  types: z.record(columnName, logicalType).default({}).describe("Logical types by table.column"),
};

/** The schema of a whole salvor.yaml; the options of stores are those that the drivers declare. */
export function configSchema(drivers: readonly Driver[]) {
  const stores = drivers.map(storeSchema);
  const [first, ...others] = stores;
  if (first === undefined) throw new Error("there is no driver to write a schema for");
  return z
    .strictObject({
      system: z.string().min(1).max(200).optional().describe("What this system is called"),
      state: path.default(".salvor").describe("Folder of Salvor's own state"),
      repository: z
        .strictObject({ path: path.default("./backups"), encryption: encryption.optional() })
        .prefault({})
        .describe("Where backups live"),
      retention: retention.optional().describe("Which snapshots of each store prune keeps"),
      log: log.prefault({}),
      stores: z
        .record(
          z.string().regex(STORE_NAME, "must be a store's name: a-z, 0-9, _ and -, at most 63"),
          z.discriminatedUnion("driver", [first, ...others]),
        )
        .default({})
        .describe("What is protected, by name"),
      projections: z
        .record(
          z.string().regex(STORE_NAME, "must be a name: a-z, 0-9, _ and -, at most 63"),
          projectionSchema,
        )
        .default({})
        .describe("State that is computed from event logs, by name"),
    })
    .meta({ title: "salvor.yaml" });
}

/** A salvor.yaml as the schema gives it back: defaults filled in, paths still as written. */
export type ConfigTree = z.output<ReturnType<typeof configSchema>>;

/** What every store's entry holds beside the driver's own keys. */
export interface StoreTree {
  readonly driver: string;
  readonly critical: boolean;
  readonly expect: Readonly<Record<string, z.output<typeof expectation>>>;
  readonly forget?: string;
  readonly rules: string | readonly string[];
  readonly sensitive: readonly string[];
  readonly types: Readonly<Record<string, string>>;
  readonly [option: string]: unknown;
}

function storeSchema(driver: Driver) {
  return optionsOf(driver)
    .safeExtend({ driver: z.literal(driver.name).describe(driver.summary), ...common })
    .strict();
}

/** The driver's own keys, which must be an object's: they share a store's entry with ours. */
function optionsOf(driver: Driver): z.ZodObject {
  if (driver.options instanceof z.ZodObject) return driver.options;
  throw new Error(`driver ${driver.name} must declare its options as an object`);
}

function noNul(text: string): boolean {
  return !text.includes("\0");
}

function isLogicalType(text: string): boolean {
  try {
    parseLogicalType(text);
    return true;
  } catch {
    return false;
  }
}
