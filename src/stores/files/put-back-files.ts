import { basename, join, resolve } from "node:path";

import { makeFolderDurably } from "../../core/disk.ts";
import { entryModule } from "../../core/module.ts";
import { openFiles } from "../open-files.ts";
import type { Amended, Amendment } from "../types.ts";
import type { LiveTree } from "./live.ts";
import type { PutBackFiles, PutBackFilesInput } from "./put-back-files-task.ts";
import type { RowForm } from "./row-form.ts";
import { refuseUsers } from "./users.ts";

/** How files go back into a live tree. */
export type PutBackFilesRequest = Extract<Amendment, { kind: "put-back-files" }>;

/** Keys that a list holds. */
const KEYS_MAX = 1000;

/** Puts files of a restored copy back into the live tree, over what is missing or otherwise. */
export async function putBackFiles(
  tree: LiveTree,
  form: RowForm,
  request: PutBackFilesRequest,
  signal: AbortSignal,
): Promise<Amended> {
  const { root, options, context } = tree;
  const { wanted, quarantine, dryRun, unseen } = request;
  const input: PutBackFilesInput = {
    root,
    exclude: options.exclude,
    form,
    source: resolve(request.source),
    wanted,
    quarantine: join(quarantine, basename(root)),
    dryRun: true,
  };
  const task = entryModule("stores/files/put-back-files-task");
  const look = await context.hosts.run<PutBackFiles>("bytes", task, input, signal);
  if (dryRun) return amendedOf(form, look);
  await refuseReplacedUsed(root, look, unseen);
  if (look.replaced.length > 0) await makeFolderDurably(context.disk, quarantine);
  // Also where nothing is left to be done: a killed run may have left its last names unsynced.
  const order = { ...input, dryRun: false };
  return amendedOf(form, await context.hosts.run<PutBackFiles>("bytes", task, order, signal));
}

/** Who has a file open that is replaced would go on writing into the old one. */
async function refuseReplacedUsed(
  root: string,
  { replaced }: PutBackFiles,
  unseen: boolean,
): Promise<void> {
  if (replaced.length === 0) return;
  const paths = new Set(replaced.map((path) => `${root}/${path}`));
  refuseUsers(root, await openFiles(async (target) => paths.has(target)), { unseen });
}

function amendedOf({ collection }: RowForm, { back, replaced, refused }: PutBackFiles): Amended {
  const keys = back.slice(0, KEYS_MAX).map((path) => ({ path }));
  return {
    collections: [
      {
        name: collection,
        created: false,
        back: back.length,
        keys,
        refused: refused.slice(0, KEYS_MAX).map(({ path, reason }) => ({ key: { path }, reason })),
        refusedTotal: refused.length,
        forgotten: 0,
      },
    ],
    doubts: [],
    touched: [],
    replaced,
  };
}
