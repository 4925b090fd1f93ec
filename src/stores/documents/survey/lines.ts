import type { CollectionOptions } from "../options.ts";

/** One document a line: said, or told by the name. */
export function isLines({ form }: Pick<CollectionOptions, "form">, file: string): boolean {
  return form === "lines" || (form === "auto" && /\.(jsonl|ndjson)$/i.test(file));
}

/** Empty, as no document may be: of JSON Lines that is a file without any. */
export function isEmptied(
  spec: Pick<CollectionOptions, "form"> | undefined,
  { name, size }: { readonly name: string; readonly size: number },
): boolean {
  return size === 0 && (spec === undefined || !isLines(spec, name));
}
