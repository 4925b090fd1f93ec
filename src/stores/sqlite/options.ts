import * as z from "zod";

/** The keys of an SQLite store in salvor.yaml. */
export const sqliteOptions = z.object({
  path: z.string().min(1).max(4096).describe("The database file"),
  busyTimeoutMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(5_000)
    .describe("How long to wait for the locks of other processes"),
});

/** How an SQLite store is opened. */
export type SqliteOptions = z.output<typeof sqliteOptions>;
