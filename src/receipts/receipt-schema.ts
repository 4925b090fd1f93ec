import * as z from "zod";

import type { Digest } from "../core/hash.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { LEVELS } from "./types.ts";

/** What a driver records is a few objects deep; a document from elsewhere may try our stack. */
const DEPTH_MAX = 64;

const count = z.int().nonnegative();

const digest = z.custom<Digest>(
  (value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value),
  "must be sha256: and 64 hex digits",
);

const json = z.custom<Json>((value) => value !== undefined, "is missing");

const jsonObject = z
  .custom<JsonObject>(isObject, "must be an object")
  .refine((value) => isShallow(value, DEPTH_MAX), `must not be nested more than ${DEPTH_MAX} deep`);

const base64 = z.string().transform((text, context) => {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) context.addIssue("must be base64");
  return new Uint8Array(bytes);
});

const collections = byName(z.object({ count, digest }));

const leaf = z
  .object({ count, digest, lastKey: base64, shown: json.optional() })
  .transform(({ digest: text, ...rest }) => ({
    ...rest,
    digest: new Uint8Array(Buffer.from(text.slice("sha256:".length), "hex")),
  }));

/** The JSON document of a receipt. More keys are welcome: a later version may add some. */
export const receiptSchema = z.object({
  formatVersion: z.literal(1),
  minReader: z.literal(1),
  store: z.string(),
  at: z.iso.datetime(),
  digest,
  consistency: z.enum(["transaction", "stable", "smeared"]),
  collections,
  references: z.array(z.object({ from: z.string(), to: z.string(), orphans: count.nullable() })),
  schema: z.object({
    digest,
    elements: z.array(
      z.object({ kind: z.string(), name: z.string(), digest, definition: jsonObject }),
    ),
  }),
  portable: z.object({ digest, collections, unlisted: z.array(z.string()) }).nullable(),
  recorded: jsonObject,
  level: z.enum(LEVELS),
  tree: byName(z.array(leaf)),
});

/** What a receipt's document says, once it was parsed. */
export type ReceiptFile = z.output<typeof receiptSchema>;

/** An object by name that may have any name, `__proto__` too, which `z.record` drops. */
function byName<T extends z.ZodType>(schema: T) {
  return z.custom<object>(isObject, "must be an object").transform((value, context) => {
    const entries = Object.entries(value).map(([name, item]) => {
      const parsed = schema.safeParse(item);
      for (const { path, message } of parsed.error?.issues ?? [])
        context.addIssue({ code: "custom", message, path: [name, ...path] });
      return [name, parsed.data] as const;
    });
    return Object.fromEntries(entries) as Record<string, z.output<T>>;
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}
