import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { temporaryFolder } from "../support/folder.ts";
import { PROJECT } from "../support/salvor.ts";
import { openSite, type Site } from "./site.ts";

// Goal: who is wrong is told what, in one sentence and one hint, with the status that CLI.md gives;
// never a stack, never a fault of Salvor's own.

const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");

interface Mistake {
  readonly args: readonly string[];
  readonly status: number;
  readonly says: RegExp;
  /** In a folder without a salvor.yaml. */
  readonly empty?: boolean;
}

const MISTAKES: readonly Mistake[] = [
  { empty: true, args: ["backup"], status: 2, says: /no salvor\.yaml in .*\n.*salvor init/ },
  { empty: true, args: ["status"], status: 2, says: /no salvor\.yaml/ },
  { empty: true, args: ["receipt", "nothing.sqlite"], status: 2, says: /"nothing.sqlite" is no store, no path and no snapshot/ },
  { empty: true, args: ["receipt", "text.sqlite"], status: 1, says: /text\.sqlite (has only \d+ bytes|does not begin as a database does)\n.*Name a file that is an SQLite database/ },
  { empty: true, args: ["restore", "shop@latest", "--repository", "none", "--to", "x"], status: 2, says: /no repository at .*none/ },
  { args: [], status: 2, says: /Usage|usage/ },
  { args: ["bakcup"], status: 2, says: /Did you mean "backup"/ },
  { args: ["backup", "--nope"], status: 2, says: /--nope.*\n.*salvor backup --help/ },
  { args: ["backup", "shpo"], status: 2, says: /no store "shpo".*\n.*shop/ },
  { args: ["compare", "shop"], status: 2, says: /actual/ },
  { args: ["prune", "--keep-last", "many"], status: 2, says: /whole number/ },
  { args: ["prune"], status: 2, says: /how long to keep/ },
  { args: ["restore", "shop@latest"], status: 2, says: /--to/ },
  { args: ["restore", "shop@latest", "--to", "x", "--in-place"], status: 2, says: /--to|--in-place/ },
  { args: ["restore", "shop@tomorrow", "--to", "x"], status: 2, says: /"tomorrow" is not a time/ },
  { args: ["restore", "0123456789", "--to", "x"], status: 2, says: /no snapshot/ },
  { args: ["restore", "shop@latest", "--to", "shop.sqlite"], status: 3, says: /shop\.sqlite exists already/ },
  { args: ["restore", "shop@latest", "--to", "shop.sqlite/below"], status: 2, says: /not a folder/ },
  { args: ["restore", "shop@latest", "--in-place"], status: 3, says: /--yes/ },
  { args: ["backup", "missing"], status: 5, says: /missing\.sqlite does not exist/ },
  { args: ["backup", "text"], status: 1, says: /text\.sqlite (has only \d+ bytes|does not begin as a database does)/ },
  { args: ["backup", "folder"], status: 1, says: /folder\.sqlite is not a file/ },
  { args: ["restore", "folder@latest", "--in-place", "--yes"], status: 2, says: /no snapshot of "folder"/ },
  { args: ["verify", "shop@latest", "--level", "perfect"], status: 2, says: /perfect/ },
  { args: ["resume", "run_none"], status: 2, says: /run_none/ },
  { args: ["cancel", "run_none"], status: 2, says: /run_none/ },
  { args: ["repository", "passphrase", "--yes"], status: 2, says: /--new-passphrase-env/ },
  { args: ["receipt", "shop", "--config", "other.yaml"], status: 2, says: /other\.yaml/ },
]; // prettier-ignore

for (const empty of [true, false]) {
  const where = empty
    ? "an empty folder"
    : "a folder with a store that is fine and three that are not";
  test(`mistakes in ${where}`, async (t) => {
    await using site = await siteWithTroubles();
    if (!empty) await site.expect(0, ["backup", "shop"]);
    await using bare = await temporaryFolder();
    troubles(bare.path);
    const cwd = empty ? bare.path : site.path;
    for (const { args, status, says } of MISTAKES.filter(
      (each) => (each.empty ?? false) === empty,
    )) {
      await t.test(`salvor ${args.join(" ")}`, async () => {
        const result = await site.run(args, { cwd });
        const said = `${result.stdout}${result.stderr}`;
        assert.equal(result.status, status, said);
        assert.match(said, says);
        assert.doesNotMatch(said, /fault of Salvor|^ {4}at /m);
      });
    }
  });
}

async function siteWithTroubles(): Promise<Site> {
  const names = ["shop", "missing", "text", "folder"];
  const stores = Object.fromEntries(names.map((name) => [name, `${name}.sqlite`]));
  const site = await openSite({ stores });
  copyFileSync(CHINOOK, site.database("shop"));
  troubles(site.path);
  return site;
}

function troubles(folder: string): void {
  mkdirSync(join(folder, "folder.sqlite"));
  writeFileSync(
    join(folder, "text.sqlite"),
    "These are words, and quite a lot of them. ".repeat(20),
  );
}
