import { basename, dirname, resolve } from "node:path";

import type { JsonObject } from "../../core/json.ts";
import type { Driver } from "../../stores/define-driver.ts";
import { projectionConfig } from "./projection-config.ts";
import type { ConfigTree, StoreTree } from "./schema.ts";
import type { Config, Expectation, PassphraseSource, StoreConfig } from "./types.ts";

/** Makes a checked tree absolute: `file` is the absolute path of the salvor.yaml. */
export function resolveConfig(tree: ConfigTree, file: string, drivers: readonly Driver[]): Config {
  const folder = dirname(file);
  const absolute = (path: string): string => resolve(folder, path);
  const { repository, log, stores } = tree;
  return {
    file,
    system: tree.system ?? (basename(folder) || "system"),
    state: absolute(tree.state),
    repository: {
      path: absolute(repository.path),
      encryption: passphraseSource(repository.encryption, absolute),
    },
    retention: tree.retention ?? null,
    log: { ...log, file: log.file === undefined ? null : absolute(log.file) },
    stores: Object.entries(stores).map(([name, store]) =>
      storeConfig(name, store as StoreTree, { absolute, drivers }),
    ),
    projections: Object.entries(tree.projections).map(([name, projection]) =>
      projectionConfig(name, projection, absolute),
    ),
  };
}

function passphraseSource(
  given: ConfigTree["repository"]["encryption"],
  absolute: (path: string) => string,
): PassphraseSource | null {
  if (given?.passphraseEnv !== undefined) return { passphraseEnv: given.passphraseEnv };
  if (given?.passphraseFile !== undefined)
    return { passphraseFile: absolute(given.passphraseFile) };
  return null;
}

interface Resolving {
  readonly absolute: (path: string) => string;
  readonly drivers: readonly Driver[];
}

/** A driver's option called `path` is a path: relative to the file, like every other one. */
function storeConfig(
  name: string,
  store: StoreTree,
  { absolute, drivers }: Resolving,
): StoreConfig {
  const { driver, critical, expect, forget, rules, sensitive, types, ...options } = store;
  const path = options["path"];
  const written: JsonObject = {
    ...(options as JsonObject),
    ...(typeof path === "string" && { path: absolute(path) }),
  };
  const known = drivers.find((each) => each.name === driver);
  return {
    name,
    driver,
    options: known?.resolvePaths?.(written, absolute) ?? written,
    critical,
    expect: Object.fromEntries(
      Object.entries(expect).map(([collection, given]) => [collection, expectation(given)]),
    ),
    forget: forget === undefined ? null : absolute(forget),
    rules: (typeof rules === "string" ? [rules] : rules).map(absolute),
    sensitive,
    types,
  };
}

type GivenExpectation = StoreTree["expect"][string];

function expectation({ shrinkMax, ...others }: GivenExpectation): Expectation {
  return shrinkMax === undefined
    ? others
    : { ...others, shrinkMax: Number.parseFloat(shrinkMax) / 100 };
}
