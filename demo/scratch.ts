import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const MARK = ".made-by-salvor-demo";
const SAMPLE = join(import.meta.dirname, "..", "test", "data", "chinook.sqlite");

/** What the demo protects, relative to its folder. */
export const DATABASE = join("data", "chinook.sqlite");

const CONFIGURATION = `system: record-shop
state: .salvor
repository:
  path: ./backups
stores:
  chinook:
    driver: sqlite
    path: ./${DATABASE}
    expect: { "*": { shrinkMax: 5% } }
`;

/** An empty folder for the demo. Refuses to empty one that no demo made. */
export function prepareFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    if (!existsSync(join(folder, MARK)))
      throw new Error(`${folder} is not empty and was not made by this demo: remove it yourself`);
    rmSync(folder, { recursive: true });
  }
  mkdirSync(join(folder, dirname(DATABASE)), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, MARK), "The next demo empties this folder.\n");
}

/** Puts the database and its configuration there; returns the configuration. */
export function furnish(folder: string): string {
  copyFileSync(SAMPLE, join(folder, DATABASE));
  writeFileSync(join(folder, "salvor.yaml"), CONFIGURATION, { mode: 0o600 });
  return CONFIGURATION;
}
