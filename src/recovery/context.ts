import type { Disk } from "../core/disk.ts";
import type { JsonObject } from "../core/json.ts";
import type { KeyShape } from "../receipts/show.ts";
import type { Repository } from "../repository/types.ts";
import type { Address, Query, Store } from "../stores/types.ts";
import type { BuildOrder, Built } from "./build-order.ts";

/** What a recovery works with. Whoever joins everything together gives it. */
export interface RecoveryContext {
  readonly disk: Disk;
  /** The repository in a folder, opened once; null means that of the configuration. */
  repository(folder: string | null, signal: AbortSignal): Promise<Repository>;
  openStore(name: string, driver: string, options: JsonObject): Promise<Store>;
  /** A store of the same driver and options at another address. */
  openStoreAt(name: string, driver: string, options: JsonObject, address: Address): Promise<Store>;
  /** Folder for what this command leaves behind nowhere. */
  scratch(): Promise<string>;
  /**
   * Builds the state of a projection in its draft, or goes on with it; what is damaged is put aside.
   *
   * @throws {SalvorError} LOG_DAMAGED under the policy `stop`, also where the live state has more
   *   than its log; STORE_UNKNOWN when salvor.yaml has no
   *   such projection any more; what keeps the log from being read, or the draft from being written.
   */
  buildState(order: BuildOrder, signal: AbortSignal): Promise<Built>;
  /** REFUSED when the state of a projection lies at what is somebody else's file by now. */
  refuseForeign?(store: string): Promise<void>;
  /** Keeps those who write to a store for Salvor from writing until disposed, if there are any. */
  holdWriters(store: string, signal: AbortSignal): Promise<AsyncDisposable>;
  /** Backs a store up into the repository of the configuration. The caller holds the store. */
  backUp(store: string, signal: AbortSignal): Promise<{ readonly snapshot: string }>;
  /** Collections of whose content nothing may be told; none where this is absent. */
  hidden?(store: string): readonly string[];
  /** The rules of a store's owner, as questions. */
  rules(store: string, signal: AbortSignal): Promise<readonly Query[]>;
  /** Canonical keys, in hex digits, of the rows of a collection that never come back. */
  forgottenKeys(
    store: string,
    collection: string,
    shape: KeyShape,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
}
