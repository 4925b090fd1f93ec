import { join } from "node:path";

import type { JsonObject } from "../core/json.ts";
import type { Address, Store } from "../stores/types.ts";
import { driverNamed, type Session } from "./session.ts";

/** The kind of store that the states of projections are. */
const DRIVER = "sqlite";

/** Where the live state of a projection is, and what else to know of it. */
export interface StateTarget {
  readonly driver: string;
  readonly options: JsonObject;
  readonly live: Address;
  /** Stores of salvor.yaml that are the same file: whoever changes it holds them too. */
  readonly alsoHeld: readonly string[];
}

/** The live state of a projection, as a store that steps can open. */
export function stateTarget(session: Session, name: string): StateTarget {
  const { target } = session.projection(name);
  const options = { path: target };
  const live = driverNamed(DRIVER).addressOf(options);
  const { stores } = session.requireConfig();
  const same = stores.filter(
    (store) => store.driver === DRIVER && driverNamed(DRIVER).addressOf(store.options) === live,
  );
  return { driver: DRIVER, options, live, alsoHeld: same.map((store) => store.name) };
}

/** The state of a projection at another address: a draft, a copy. */
export function openState(session: Session, name: string, path: Address): Promise<Store> {
  return session.openStore(name, DRIVER, { path });
}

/** Where the events of a log go that cannot be applied. */
export function damagedEventsFile(session: Session, log: string): string {
  return join(session.requireConfig().state, "quarantine", "events", `${log}.jsonl`);
}
