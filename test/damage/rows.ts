import { commit } from "./shop.ts";
import { EVERYWHERE, type Damage } from "./types.ts";

/** What the engine was told to remove: no damage by itself. */
export const rowDamages: readonly Damage[] = [
  {
    name: "deleted rows that nobody expects",
    situations: EVERYWHERE,
    expected: "notice",
    apply: ({ path }, random) =>
      commit(path, `DELETE FROM sale WHERE id % ${3 + random.below(20)} = 0`),
  },
  {
    name: "deleted rows that are expected",
    situations: EVERYWHERE,
    expected: "put back",
    owner: "expects rows",
    apply: ({ path }, random) =>
      commit(path, `DELETE FROM sale WHERE id % ${3 + random.below(8)} = 0`),
  },
  {
    name: "all rows of a table, expected",
    situations: EVERYWHERE,
    expected: "put back",
    owner: "expects rows",
    apply: ({ path }, random) =>
      commit(path, `DELETE FROM ${random.pick(["sale", "note", "stock"])}`),
  },
  {
    name: "a dropped table",
    situations: EVERYWHERE,
    expected: "put back",
    apply: ({ path }, random) =>
      commit(path, `DROP TABLE ${random.pick(["note", "stock", "sale"])}`),
  },
  {
    name: "a dropped table, acknowledged",
    situations: EVERYWHERE,
    expected: "notice",
    owner: "acknowledges",
    apply: ({ path }) => commit(path, "DROP TABLE note"),
  },
  { name: "nothing at all", situations: EVERYWHERE, expected: "sound", apply: () => {} },
];
