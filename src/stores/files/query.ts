import { entryModule } from "../../core/module.ts";
import { queryImage } from "../engine/query.ts";
import type { Query, QueryAnswer } from "../types.ts";
import type { CapturedTree } from "./captured-tree.ts";
import { imageFiles } from "./image-files.ts";
import type { TableInput } from "./table-task.ts";

/** Asks questions of a tree, which is laid out as a table for the first of them. */
export class TreeTable {
  readonly #given: CapturedTree;
  #table: Promise<string> | null = null;

  constructor(given: CapturedTree) {
    this.#given = given;
  }

  async ask(query: Query, signal: AbortSignal): Promise<QueryAnswer> {
    const table = await (this.#table ??= this.#build(signal));
    return queryImage(this.#given.live.context.hosts, table, query, signal);
  }

  async #build(signal: AbortSignal): Promise<string> {
    const { entries, table } = imageFiles(this.#given.target);
    const input: TableInput = { entries, target: table };
    const { hosts } = this.#given.live.context;
    await hosts.run("engine", entryModule("stores/files/table-task"), input, signal);
    return table;
  }
}
