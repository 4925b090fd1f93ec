import { bytesDamages } from "./bytes.ts";
import { fileDamages } from "./files.ts";
import { logDamages } from "./logs.ts";
import { rowDamages } from "./rows.ts";
import type { Damage, Field } from "./types.ts";

/** Every kind of damage but the header's single bytes. */
export const damages: readonly Damage[] = [
  ...bytesDamages,
  ...fileDamages,
  ...logDamages,
  ...rowDamages,
];

/** The whole matrix, or the part of it that the given kinds make. */
export function fieldsOf(kinds: readonly Damage[]): readonly Field[] {
  return kinds.flatMap((damage) => damage.situations.map((situation) => ({ damage, situation })));
}
