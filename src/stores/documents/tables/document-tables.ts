import { join } from "node:path";

import { entryModule } from "../../../core/module.ts";
import { queryImage } from "../../engine/query.ts";
import type { Query, QueryAnswer } from "../../types.ts";
import type { HeldFolder } from "../held.ts";
import { batches } from "../survey/batches.ts";
import type { TablesInput } from "./tables-task.ts";

/** The documents of a folder as tables of a scratch database, made when they are first asked for. */
export class DocumentTables implements AsyncDisposable {
  readonly #folder: HeldFolder;
  #path: Promise<string> | null = null;

  constructor(folder: HeldFolder) {
    this.#folder = folder;
  }

  /** Asks a question that only reads; see `Image.query`. */
  async ask(query: Query, signal: AbortSignal): Promise<QueryAnswer> {
    this.#path ??= this.#make(signal).catch((error: unknown) => {
      this.#path = null; // it may have been cancelled: the next one tries again
      throw error;
    });
    const path = await this.#path;
    return queryImage(this.#folder.live.tree.context.hosts, path, query, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const path = await this.#path?.catch(() => null);
    const { disk } = this.#folder.live.tree.context;
    if (typeof path === "string") await disk.remove(path);
  }

  async #make(signal: AbortSignal): Promise<string> {
    const { live, documents } = this.#folder;
    const { scratch, world, hosts, disk } = live.tree.context;
    const target = join(scratch, `${world.newId("tables")}.sqlite`);
    const cut = await Array.fromAsync(batches(documents, live.specs, signal));
    const input: TablesInput = { target, specs: live.specs, files: cut.flat() };
    try {
      const task = entryModule("stores/documents/tables/tables-task");
      await hosts.run("engine", task, input, signal);
      return target;
    } catch (error) {
      await disk.remove(target);
      throw error;
    }
  }
}
