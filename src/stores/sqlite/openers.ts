import { stat } from "node:fs/promises";

import { openFiles } from "../open-files.ts";
import type { StoreUsers } from "../open-files.ts";
import { COMPANIONS } from "./address.ts";

/** The processes that have a database or one of its companions open. */
export async function openersOf(path: string): Promise<StoreUsers> {
  const wanted = await identities(path);
  return openFiles(async (_target, link) => {
    const found = await identity(link);
    return found !== null && wanted.has(found);
  });
}

async function identities(path: string): Promise<ReadonlySet<string>> {
  const found = await Promise.all(["", ...COMPANIONS].map((ending) => identity(path + ending)));
  return new Set(found.filter((each) => each !== null));
}

async function identity(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
