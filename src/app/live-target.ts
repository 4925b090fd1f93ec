import { join } from "node:path";

import type { JsonObject } from "../core/json.ts";
import type { Address } from "../stores/types.ts";
import { driverNamed, type Session } from "./session.ts";
import type { ChangeOptions } from "./types.ts";

/** A configured store that is about to be changed, and where its replaced state goes. */
export interface LiveTarget {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  /** Null is the repository of the configuration. */
  readonly repository: null;
  readonly live: Address;
  readonly quarantine: string;
  readonly unseen: boolean;
}

/** @param id unique: names the folder in quarantine. */
export function liveTarget(
  session: Session,
  name: string,
  id: string,
  { yes = false }: ChangeOptions,
): LiveTarget {
  const { driver, options } = session.storeConfig(name);
  return {
    store: name,
    driver,
    options,
    repository: null,
    live: driverNamed(driver).addressOf(options),
    quarantine: join(session.requireConfig().state, "quarantine", name, id),
    unseen: yes,
  };
}
