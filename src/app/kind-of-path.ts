import type { JsonObject } from "../core/json.ts";
import { driverNamed, type Session } from "./session.ts";

/** What a store is read with. */
export interface StoreKind {
  readonly driver: string;
  readonly options: JsonObject;
}

/**
 * What lies at a path: the configured store there; else the kind of what it is compared with, where a
 * store of that kind can be a folder or a file as this is; else what a folder or a file mostly is. A
 * folder of documents cannot be told from another one.
 */
export function kindOfPath(
  session: Session,
  path: string,
  { isFolder, like = null }: { readonly isFolder: boolean; readonly like?: StoreKind | null },
): StoreKind {
  const stores = session.config?.stores ?? [];
  const here = stores.find(
    ({ driver, options }) => driverNamed(driver).addressOf(options) === path,
  );
  if (here !== undefined) return here;
  if (like !== null && mayBe(like.driver, isFolder)) return like;
  return { driver: plainDriver(isFolder), options: { path } };
}

/** The driver of a path of which nothing else is known. */
export function plainDriver(isFolder: boolean): string {
  return isFolder ? "files" : "sqlite";
}

function mayBe(driver: string, isFolder: boolean): boolean {
  const { parts, files } = driverNamed(driver).capabilities;
  return isFolder ? parts !== "pages" : !files;
}
