import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { expectSalvor } from "../support/salvor.ts";
import { LIVE, type Prepared, type Scenario } from "./process-scenarios.ts";
import { storeContent } from "./store-content.ts";

const CONFIGURATION = `system: crash
state: .salvor
repository:
  path: ./backups
stores:
  shop:
    driver: sqlite
    path: ./${LIVE}
    expect: { pay: { appendOnly: true } }
`;

const SCHEMA = `PRAGMA journal_mode = WAL;
  CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, picture BLOB);
  CREATE TABLE pay (id INTEGER PRIMARY KEY AUTOINCREMENT, item REFERENCES item, note TEXT);
  CREATE INDEX pay_item ON pay (item);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
    INSERT INTO item SELECT i, 'item ' || i, zeroblob(500) FROM n;
  INSERT INTO pay SELECT id, id, 'note ' || id FROM item;`;

const LOSS = `DELETE FROM pay WHERE id % 3 = 0;
  DROP TABLE item;
  UPDATE pay SET note = 'newer' WHERE id = 1;
  INSERT INTO pay (note) VALUES ('newest');`;

/** A table and rows are gone that must be there: they go back by key, and what is newer stays. */
export const putBackScenario: Scenario = {
  name: "recover with rows put back",
  args: ["recover", "shop", "--yes", "--reason", "crash test"],
  prepare: async (folder): Promise<Prepared> => {
    mkdirSync(join(folder, "data"), { mode: 0o700 });
    writeFileSync(join(folder, "salvor.yaml"), CONFIGURATION, { mode: 0o600 });
    const live = join(folder, LIVE);
    execute(live, SCHEMA);
    const whole = await contentOf(live);
    const { snapshots } = (await expectSalvor(0, ["backup", "--json"], { cwd: folder })).json() as {
      snapshots: readonly { store: string; id: string }[];
    };
    const snapshot = snapshots.find(({ store }) => store === "shop");
    if (snapshot === undefined) throw new Error("the backup made no snapshot");
    execute(live, LOSS);
    await expectSalvor(1, ["audit"], { cwd: folder });
    await expectSalvor(1, ["integrity"], { cwd: folder });
    return {
      before: await contentOf(live),
      after: await merged(folder, live),
      kept: new Map([[snapshot.id, whole]]),
    };
  },
};

/** What the owner would have by hand. */
async function merged(folder: string, live: string): Promise<string> {
  const path = join(folder, "expected.sqlite");
  copyFileSync(live, path);
  execute(
    path,
    `CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, picture BLOB);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
       INSERT INTO item SELECT i, 'item ' || i, zeroblob(500) FROM n;
     INSERT INTO pay SELECT id, id, 'note ' || id FROM item WHERE id % 3 = 0;`,
  );
  return contentOf(path);
}

async function contentOf(path: string): Promise<string> {
  const found = await storeContent(path);
  if (found === null) throw new Error(`${path} is broken before anything was broken`);
  return found;
}

function execute(path: string, sql: string): void {
  using database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  database.exec(sql);
}
