import type { Repository } from "../repository/types.ts";
import type { Image } from "../stores/types.ts";

/**
 * Does an image hold what a snapshot holds, byte for byte in all its parts? Then it has the receipt
 * that was sealed with the snapshot, without a row being read. False where bytes do not tell.
 */
export async function hasSameBytes(
  repository: Repository,
  snapshot: string,
  image: Image,
  signal: AbortSignal,
): Promise<boolean> {
  const names: string[] = [];
  for await (const { name, pages } of image.parts(signal)) {
    if (pages === null) return false;
    if (!(await repository.holdsSame(snapshot, { name, pages }, signal))) return false;
    names.push(name);
  }
  const content = await repository.content(snapshot, signal);
  const kept: string[] = [];
  for await (const { name } of content.parts(signal)) kept.push(name);
  return kept.length > 0 && kept.join("\n") === names.join("\n");
}
