import type { ProjectionConfig, ProjectionRule, ProjectionTable } from "../../projections/types.ts";
import type { ProjectionTree, RuleTree } from "./projection-schema.ts";

/** Makes a projection of its checked tree, its paths absolute. */
export function projectionConfig(
  name: string,
  tree: ProjectionTree,
  absolute: (path: string) => string,
): ProjectionConfig {
  const { log, version, tables, on = {}, module } = tree;
  return {
    name,
    version,
    log,
    target: absolute(tree.target),
    tables: tables === undefined ? null : mapped(tables, tableOf),
    form:
      module === undefined
        ? { kind: "declarative", on: mapped(on, (rules) => listed(rules).map(ruleOf)) }
        : { kind: "code", module: absolute(module) },
  };
}

/** One or several of a kind, as a list. */
export function listed<Item>(given: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(given) ? (given as readonly Item[]) : [given as Item];
}

function tableOf({
  key,
  columns,
  indexes,
}: NonNullable<ProjectionTree["tables"]>[string]): ProjectionTable {
  return { key: listed(key), columns, indexes: indexes.map(listed) };
}

/** Each rule has one of its two forms: that was checked before. */
function ruleOf({ upsert, set = {}, delete: table = "", key = [] }: RuleTree): ProjectionRule {
  return upsert === undefined ? { delete: table, key: listed(key) } : { upsert, set };
}

function mapped<From, To>(
  given: Readonly<Record<string, From>>,
  make: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, make(value)]));
}
