import { relative } from "node:path";

import type { Driver } from "../../stores/define-driver.ts";
import { nearest } from "../../core/nearest.ts";
import { placeOf } from "../../stores/event-log/place.ts";
import { globPattern } from "../../stores/glob.ts";
import type { ConfigTree } from "./schema.ts";
import type { KeyPath } from "./parse.ts";
import { listed } from "./projection-config.ts";
import type { ProjectionTree, RuleTree, UpcastTree } from "./projection-schema.ts";
import type { Config } from "./types.ts";
import { isBelow } from "./is-below.ts";
import { pathOf } from "./path-of.ts";

/** One thing that is wrong, and the key that says it. */
export interface ProjectionProblem {
  readonly path: KeyPath;
  readonly message: string;
}

type Tables = NonNullable<ProjectionTree["tables"]>;

/** What the parts of projections say that does not fit each other, or the stores. */
export function projectionProblems(
  tree: ConfigTree,
  config: Config,
  drivers: readonly Driver[],
): readonly ProjectionProblem[] {
  const inside = Object.entries(tree.projections).flatMap(([name, projection]) =>
    [
      ...nameProblems(name, config),
      ...logProblems(projection, config, drivers),
      ...formProblems(projection),
    ].map(({ path, message }) => ({ path: ["projections", name, ...path], message })),
  );
  return [...inside, ...targetProblems(config, drivers)];
}

/** Commands take both by their names. */
function nameProblems(name: string, { stores }: Config): readonly ProjectionProblem[] {
  const isTaken = stores.some((store) => store.name === name);
  return isTaken ? [{ path: [], message: "has the name of a store" }] : [];
}

function logProblems(
  { log }: ProjectionTree,
  { stores }: Config,
  drivers: readonly Driver[],
): readonly ProjectionProblem[] {
  const store = stores.find(({ name }) => name === log);
  if (store === undefined) {
    const help = helpWith(
      log,
      stores.map(({ name }) => name),
      "stores",
    );
    return [{ path: ["log"], message: `names no store; ${help}` }];
  }
  const driver = drivers.find(({ name }) => name === store.driver);
  if (driver?.capabilities.events === true) return [];
  const message = `names "${log}", which keeps no events: its driver is ${store.driver}`;
  return [{ path: ["log"], message }];
}

function formProblems(tree: ProjectionTree): readonly ProjectionProblem[] {
  const { tables, on, upcast = {}, module } = tree;
  if (module !== undefined) {
    return (["tables", "on", "upcast"] as const)
      .filter((key) => tree[key] !== undefined)
      .map((key) => ({ path: [key], message: "stands beside module, which tells the same" }));
  }
  if (tree.timeoutMs !== undefined) {
    return [{ path: ["timeoutMs"], message: "is for a module: rules take no time" }];
  }
  if (tables === undefined || on === undefined) {
    const message = "must have tables and on, or a module instead";
    return [{ path: [], message }];
  }
  return [
    ...(Object.keys(tables).length === 0
      ? [{ path: ["tables"], message: "must name at least one table" }]
      : []),
    ...Object.entries(tables).flatMap(([name, table]) => tableProblems(name, table, tables)),
    ...eachIn("on", on, (rule) => ruleProblems(rule, tables)),
    ...eachIn("upcast", upcast, upcastProblems),
  ];
}

/** The problems of everything that is said by type of event, once or as a list. */
function eachIn<Said>(
  key: string,
  byType: Readonly<Record<string, Said | readonly Said[]>>,
  problemsOf: (said: Said) => readonly ProjectionProblem[],
): readonly ProjectionProblem[] {
  return Object.entries(byType).flatMap(([type, given]) =>
    listed(given).flatMap((said, at) => {
      const path = [key, type, ...(Array.isArray(given) ? [at] : [])];
      return problemsOf(said).map((each) => ({ ...each, path: [...path, ...each.path] }));
    }),
  );
}

/** What an event has beside its data is never missing. */
function upcastProblems({ to, default: values }: UpcastTree): readonly ProjectionProblem[] {
  const outside = Object.keys(values).filter((each) => !each.startsWith("data."));
  if (to === undefined && Object.keys(values).length === 0) {
    return [{ path: [], message: "must say to or default" }];
  }
  return outside.map((each) => ({ path: ["default", each], message: "lies not below data" }));
}

function tableProblems(
  name: string,
  { key, columns, indexes }: Tables[string],
  tables: Tables,
): readonly ProjectionProblem[] {
  const path = ["tables", name];
  const unknown = (at: KeyPath, column: string): readonly ProjectionProblem[] =>
    Object.hasOwn(columns, column)
      ? []
      : [{ path: [...path, ...at], message: noColumn(column, name, columns) }];
  return [
    ...(isReserved(name) ? [{ path, message: "is a name that is not free: take another" }] : []),
    ...twins(Object.keys(tables), name).map((message) => ({ path, message })),
    ...Object.keys(columns).flatMap((column) =>
      twins(Object.keys(columns), column).map((message) => ({
        path: [...path, "columns", column],
        message,
      })),
    ),
    ...listed(key).flatMap((column) => unknown(["key"], column)),
    ...(new Set(listed(key)).size < listed(key).length
      ? [{ path: [...path, "key"], message: "names a column twice" }]
      : []),
    ...indexes.flatMap((index, at) =>
      listed(index).flatMap((column) => unknown(["indexes", at], column)),
    ),
  ];
}

/** Salvor keeps its checkpoint, and SQLite its catalogue, under these names. */
function isReserved(name: string): boolean {
  return /^(salvor|sqlite)_/i.test(name);
}

/** To SQLite, names in capitals and small letters are the same. */
function twins(names: readonly string[], name: string): readonly string[] {
  const first = names.find((each) => each.toLowerCase() === name.toLowerCase());
  return first === name ? [] : [`differs from "${first}" in capitals only`];
}

function ruleProblems(rule: RuleTree, tables: Tables): readonly ProjectionProblem[] {
  const { upsert, set, delete: from, key } = rule;
  if ((upsert === undefined) === (from === undefined)) {
    return [{ path: [], message: "must say either upsert or delete" }];
  }
  if (upsert !== undefined) {
    if (key !== undefined) return [{ path: ["key"], message: "belongs to delete only" }];
    return upsertProblems(upsert, set, tables);
  }
  if (set !== undefined) return [{ path: ["set"], message: "belongs to upsert only" }];
  return deleteProblems(from ?? "", key, tables);
}

function upsertProblems(
  name: string,
  set: RuleTree["set"],
  tables: Tables,
): readonly ProjectionProblem[] {
  const table = tableNamed(name, tables);
  if (table === null) return [{ path: ["upsert"], message: noTable(name, tables) }];
  if (set === undefined) return [{ path: [], message: "has no set: say where the values lie" }];
  const missing = listed(table.key).filter((column) => !Object.hasOwn(set, column));
  return [
    ...Object.keys(set)
      .filter((column) => !Object.hasOwn(table.columns, column))
      .map((column) => ({ path: ["set", column], message: noColumn(column, name, table.columns) })),
    ...missing.map((column) => ({
      path: ["set"],
      message: `has no "${column}", which tells the rows of ${name} apart`,
    })),
  ];
}

function deleteProblems(
  name: string,
  key: RuleTree["key"],
  tables: Tables,
): readonly ProjectionProblem[] {
  const table = tableNamed(name, tables);
  if (table === null) return [{ path: ["delete"], message: noTable(name, tables) }];
  if (key === undefined) return [{ path: [], message: "has no key: say where it lies" }];
  const columns = listed(table.key);
  if (listed(key).length === columns.length) return [];
  const message = `must have one part for each of these: ${columns.join(", ")}`;
  return [{ path: ["key"], message }];
}

/** What is built at a target replaces what lies there: nobody else's file may be one. */
function targetProblems(
  { projections, stores, file, state, repository }: Config,
  drivers: readonly Driver[],
): readonly ProjectionProblem[] {
  const owners = new Map<string, string>([
    [file, "this configuration"],
    [state, "Salvor's own state"],
    [repository.path, "the repository"],
  ]);
  for (const { name, driver, options } of stores) {
    const address = drivers.find((each) => each.name === driver)?.addressOf(options);
    if (driver !== "sqlite" && address !== undefined) owners.set(address, `"${name}"`);
  }
  return projections.flatMap(({ name, target, form }) => {
    const path = ["projections", name, "target"];
    if (form.kind === "code") owners.set(form.module, "its module");
    const owner = owners.get(target);
    owners.set(target, owner ?? `"${name}"`);
    if (owner !== undefined) return [{ path, message: `is the path of ${owner} too` }];
    const log = stores.find((store) => store.driver === "event-log" && isSegment(store, target));
    if (log !== undefined) return [{ path, message: `is a file that "${log.name}" reads` }];
    const isInState = [state, repository.path].some((each) => isBelow(target, each));
    return isInState ? [{ path, message: "lies where Salvor keeps its own" }] : [];
  });
}

/** What a log's pattern names is a part of the log, also what is not there yet. */
function isSegment(store: Config["stores"][number], path: string): boolean {
  const { address, glob } = placeOf(pathOf(store));
  return glob !== null && isBelow(path, address) && globPattern(glob).test(relative(address, path));
}

function tableNamed(name: string, tables: Tables): Tables[string] | null {
  return Object.hasOwn(tables, name) ? (tables[name] ?? null) : null;
}

function noTable(name: string, tables: Tables): string {
  return `names no table of this projection; ${helpWith(name, Object.keys(tables), "tables")}`;
}

function noColumn(column: string, table: string, columns: object): string {
  const help = helpWith(column, Object.keys(columns), "columns");
  return `names "${column}", and ${table} has no such column; ${help}`;
}

function helpWith(word: string, known: readonly string[], what: string): string {
  const near = nearest(word, known);
  if (near !== null) return `did you mean "${near}"?`;
  return known.length === 0 ? `there are no ${what}` : `${what}: ${known.join(", ")}`;
}
