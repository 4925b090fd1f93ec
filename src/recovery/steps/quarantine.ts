import * as z from "zod";

import { defineStep } from "../../plans/define-step.ts";
import type { RecoveryContext } from "../context.ts";
import { snapshotFields, storeFields } from "./parameters.ts";
import { quarantineJson } from "./quarantine-json.ts";

const parameters = z.object({ ...storeFields, ...snapshotFields, folder: z.string() });

/** Copies the live state, damaged or not, to where it is kept. It is never undone: copies stay. */
export function quarantine(recovery: RecoveryContext) {
  return defineStep({
    name: "quarantine",
    summary: "Put a copy of the live state aside, byte by byte",
    parameters,
    limits: { attempts: 3, timeoutMs: 24 * 60 * 60 * 1000 },
    run: async ({ parameters: given }, signal) => {
      const { store, driver, options, folder, repository, snapshot } = given;
      const opened = await recovery.repository(repository, signal);
      const { description } = await opened.content(snapshot, signal);
      await using live = await recovery.openStore(store, driver, options);
      const moved = await live.hasMoved(description, signal);
      return { moved, quarantine: quarantineJson(await live.quarantine(folder, signal)) };
    },
  });
}
