import type { Disk } from "../core/disk.ts";
import type { JsonObject } from "../core/json.ts";
import type { Repository } from "../repository/types.ts";
import type { Address, Store } from "../stores/types.ts";

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
}
