import { forgottenRows } from "../checks/forget.ts";
import { tableOf } from "../checks/mask.ts";
import { linesInvalid } from "../checks/rule-file.ts";
import { queryOf } from "../checks/run-rules.ts";
import { nodeDisk } from "../core/disk.ts";
import type { KeyShape } from "../receipts/show.ts";
import type { RecoveryContext } from "../recovery/context.ts";
import { holdTurn } from "../state/locks.ts";
import { loadForgotten, loadRules } from "./config/parts.ts";
import type { StoreConfig } from "./config/types.ts";
import { refuseForeignTarget } from "./foreign-target.ts";
import { backUpHeld } from "./keep-image.ts";
import { stateTarget } from "./projection-target.ts";
import { buildInstead } from "./shorter-log.ts";
import type { Session } from "./session.ts";

/** What this session gives to the steps of a recovery. */
export function recoveryContext(session: Session): RecoveryContext {
  return {
    disk: nodeDisk,
    repository: (folder, signal) => session.repositoryAt({ folder, create: false }, signal),
    openStore: (name, driver, options) => session.openStore(name, driver, options),
    openStoreAt: (name, driver, options, address) =>
      session.openStoreAt(name, driver, options, address),
    scratch: () => session.scratch(),
    buildState: (order, signal) => buildInstead(session, order, signal),
    refuseForeign: async (store) => {
      if (session.isProjection(store)) await refuseForeignTarget(session, store);
    },
    holdWriters: (store) => holdWriters(session, store),
    backUp: (store, signal) => backUpHeld(session, store, signal),
    hidden: (store) => session.storeConfig(store).sensitive.map(tableOf),
    rules: async (store) => (await loadRules(session.storeConfig(store))).map(queryOf),
    forgottenKeys: (store, collection, shape) =>
      forgottenKeys(session.storeConfig(store), collection, shape),
  };
}

/** Whoever follows a log writes to its state, by whatever name that is called. */
async function holdWriters(session: Session, store: string): Promise<AsyncDisposable> {
  await using turns = new AsyncDisposableStack();
  for (const { name } of session.config?.projections ?? []) {
    if (name !== store && !stateTarget(session, name).alsoHeld.includes(store)) continue;
    const { folder } = await session.state();
    turns.use(await holdTurn(folder, name, session.world));
  }
  return turns.move();
}

/** CONFIG_INVALID when a key does not name the columns that tell the rows apart. */
async function forgottenKeys(
  config: StoreConfig,
  collection: string,
  shape: KeyShape,
): Promise<readonly string[]> {
  const { hex, problems } = forgottenRows(await loadForgotten(config), collection, shape);
  if (problems.length > 0) throw linesInvalid(problems);
  return hex;
}
