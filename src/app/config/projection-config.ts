import type {
  ProjectionConfig,
  ProjectionForm,
  ProjectionRule,
  ProjectionTable,
  ProjectionUpcast,
} from "../../projections/types.ts";
import type { ProjectionTree, RuleTree, UpcastTree } from "./projection-schema.ts";

/** Makes a projection of its checked tree, its paths absolute. */
export function projectionConfig(
  name: string,
  tree: ProjectionTree,
  absolute: (path: string) => string,
): ProjectionConfig {
  const { log, version, tables } = tree;
  return {
    name,
    version,
    log,
    target: absolute(tree.target),
    tables: tables === undefined ? null : mapped(tables, tableOf),
    form: formOf(tree, absolute),
  };
}

function formOf(
  { module, timeoutMs, on = {}, upcast = {} }: ProjectionTree,
  absolute: (path: string) => string,
): ProjectionForm {
  if (module !== undefined) {
    const code = { kind: "code", module: absolute(module) } as const;
    return timeoutMs === undefined ? code : { ...code, timeoutMs };
  }
  return {
    kind: "declarative",
    on: mapped(on, (rules) => listed(rules).map(ruleOf)),
    upcast: mapped(upcast, (given) => listed(given).map(upcastOf)),
  };
}

function upcastOf({ when, to, default: values }: UpcastTree): ProjectionUpcast {
  return { when, to: to ?? null, default: values };
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
