import { SalvorError } from "../../core/errors.ts";
import type { LiveDatabase } from "./live.ts";

/**
 * What was found in an image is true of the store that it was taken from: says so in the error,
 * where else a scratch file would be named that is gone by the time somebody reads it.
 */
export async function blameStore<T>(
  { identity, path: live }: LiveDatabase,
  image: string,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof SalvorError) || error.code !== "STORE_DAMAGED") throw error;
    throw new SalvorError("STORE_DAMAGED", error.message.replaceAll(image, live), {
      hint: `To bring back the newest backup: salvor restore ${identity.name}@latest --in-place`,
      cause: error,
    });
  }
}
