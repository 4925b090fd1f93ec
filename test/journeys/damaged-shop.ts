import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { PROJECT } from "../support/salvor.ts";
import { openSite, type Site } from "./site.ts";

/** A database that many know. */
export const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");

/** A site that protects it. */
export async function shopSite(parent?: string): Promise<Site> {
  const stores = { shop: "shop.sqlite" };
  const site = await openSite({ stores, ...(parent !== undefined && { parent }) });
  copyFileSync(CHINOOK, site.database("shop"));
  return site;
}

/** Overwrites some pages in the middle, in place. */
export function zeroPages(site: Site, from: number): void {
  const path = site.database("shop");
  const bytes = readFileSync(path);
  const pageSize = bytes.readUInt16BE(16);
  bytes.fill(0, pageSize * from, pageSize * (from + 8));
  writeFileSync(path, bytes);
}
