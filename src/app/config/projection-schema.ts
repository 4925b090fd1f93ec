import * as z from "zod";

/** What may be called a table or a column: it is written into statements, and read by people. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

const path = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes("\0"), "must not contain NUL");

const name = z.string().regex(NAME, "must be a name: letters, digits and _, at most 63");
const names = z.union([name, z.array(name).min(1).max(50)], {
  error: "must be a name or a list of names",
});

const columnType = z.enum(["text", "integer", "real", "blob", "boolean", "timestamp", "json"]);

const table = z.strictObject({
  key: names.describe("The column, or the columns, that tell the rows apart"),
  columns: z.record(name, columnType).describe("Types by column, those of the key too"),
  indexes: z.array(names).max(50).default([]).describe("Columns that readers search by"),
});

const place = z
  .string()
  .regex(
    /^(id|type|source|subject|time|sequence|data(\.[^.]+)*)$/,
    'must be a part of an event, such as "data.path", "subject" or "time"',
  );

const json = z.json().refine(isExact, "must write a whole number beyond 2^53 as a text");

const value = z.union([place, z.strictObject({ value: json.describe("Stands there as it is") })]);

const rule = z.strictObject({
  upsert: z.string().optional().describe("Table whose row is put"),
  set: z.record(z.string(), value).optional().describe("By column: where its value lies"),
  delete: z.string().optional().describe("Table whose row is removed"),
  key: z
    .union([value, z.array(value).min(1).max(50)])
    .optional()
    .describe("Where the key of the row to be removed lies"),
});

const upcast = z.strictObject({
  when: z.record(place, json).default({}).describe("Only events that hold these values"),
  to: z.string().min(1).optional().describe("The type that it becomes"),
  default: z.record(place, json).default({}).describe("Values of parts that are missing"),
});

/** Reading the file has rounded it already. */
function isExact(given: unknown): boolean {
  if (typeof given === "number") return !Number.isInteger(given) || Number.isSafeInteger(given);
  return typeof given !== "object" || given === null || Object.values(given).every(isExact);
}

/** One projection as it is written; what its parts say to each other is checked afterwards. */
export const projectionSchema = z.strictObject({
  log: z.string().min(1).describe("Store that is its event log"),
  target: path.describe("SQLite file that holds the state"),
  version: z.int().min(1).max(1_000_000_000).default(1).describe("Another one calls for a rebuild"),
  tables: z.record(name, table).optional().describe("What the state consists of"),
  on: z
    .record(z.string().min(1), z.union([rule, z.array(rule).min(1).max(50)]))
    .optional()
    .describe("By type of event: what it does"),
  upcast: z
    .record(z.string().min(1), z.union([upcast, z.array(upcast).min(1).max(50)]))
    .optional()
    .describe("By type of event: what makes an old version of it a newer one"),
  module: path.optional().describe("TypeScript file with defineProjection, instead of tables, on"),
  timeoutMs: z
    .int()
    .min(10)
    .max(86_400_000)
    .optional()
    .describe("How long the module may take for one event: 30000 when it is absent"),
});

/** A projection as the schema gives it back. */
export type ProjectionTree = z.output<typeof projectionSchema>;

/** What makes one event newer, as it is written. */
export type UpcastTree = z.output<typeof upcast>;

/** What one event does to one table, as it is written. */
export type RuleTree = z.output<typeof rule>;
