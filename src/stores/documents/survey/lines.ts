import type { CollectionOptions } from "../options.ts";

/** One document a line: said, or told by the name. */
export function isLines({ form }: Pick<CollectionOptions, "form">, file: string): boolean {
  return form === "lines" || (form === "auto" && /\.(jsonl|ndjson)$/i.test(file));
}
