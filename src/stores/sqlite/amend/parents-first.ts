import { foldName } from "../schema/names.ts";
import type { Target } from "./targets.ts";

/** Tables that others point to come first, so that triggers find what they look for. */
export function parentsFirst(targets: readonly Target[]): readonly Target[] {
  const byName = new Map(targets.map((target) => [foldName(target.name), target]));
  const ordered = new Set<Target>();
  const seen = new Set<Target>();
  const visit = (target: Target): void => {
    if (seen.has(target)) return;
    seen.add(target);
    for (const { parent } of target.live.definition.foreignKeys) {
      const found = byName.get(foldName(parent));
      if (found !== undefined) visit(found);
    }
    ordered.add(target);
  };
  for (const target of targets) visit(target);
  return [...ordered];
}
