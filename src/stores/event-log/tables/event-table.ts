import { rm } from "node:fs/promises";
import { basename, join } from "node:path";

import { entryModule } from "../../../core/module.ts";
import { queryImage } from "../../engine/query.ts";
import type { Query, QueryAnswer } from "../../types.ts";
import type { CapturedLog } from "../keep/capture.ts";
import { ONLY } from "../place.ts";
import type { EventTableInput } from "./event-table-task.ts";

/** The events of a log as a table of a scratch database, made when it is first asked for. */
export class EventTable implements AsyncDisposable {
  readonly #captured: CapturedLog;
  #path: Promise<string> | null = null;

  constructor(captured: CapturedLog) {
    this.#captured = captured;
  }

  /** Asks a question that only reads; see `Image.query`. */
  async ask(query: Query, signal: AbortSignal): Promise<QueryAnswer> {
    this.#path ??= this.#make(signal).catch((error: unknown) => {
      this.#path = null; // it may have been cancelled: the next one tries again
      throw error;
    });
    return queryImage(this.#captured.live.context.hosts, await this.#path, query, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const path = await this.#path?.catch(() => null);
    if (typeof path === "string") await rm(path, { force: true });
  }

  async #make(signal: AbortSignal): Promise<string> {
    const { live, surveyed } = this.#captured;
    const { scratch, world, hosts } = live.context;
    const target = join(scratch, `${world.newId("events")}.sqlite`);
    const only = basename(live.place.address);
    const sizes = surveyed.segments.map(({ path, size }) => [path === ONLY ? only : path, size]);
    const input: EventTableInput = {
      target,
      options: live.options,
      sizes: Object.fromEntries(sizes) as Record<string, number>,
    };
    try {
      const task = entryModule("stores/event-log/tables/event-table-task");
      await hosts.run("engine", task, input, signal);
      return target;
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    }
  }
}
