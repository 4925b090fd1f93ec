import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { diskError } from "../../core/disk.ts";
import { entryModule } from "../../core/module.ts";
import type { CompareOptions, FileComparison } from "../file-comparison.ts";
import type { Content } from "../types.ts";
import type { CompareInput } from "./compare-task.ts";
import { damagedTree } from "./content-reader.ts";
import type { LiveTree } from "./live.ts";
import { ENTRIES } from "./parts.ts";
import type { RowForm } from "./row-form.ts";

/** Compares a tree with the list of entries of a content. */
export async function compareTree(
  { root, options: { exclude }, context }: LiveTree,
  form: RowForm,
  content: Content,
  options: CompareOptions,
  signal: AbortSignal,
): Promise<FileComparison> {
  const { hosts, scratch, world } = context;
  const entries = join(scratch, world.newId("entries"));
  try {
    await writeEntries(content, entries, signal);
    const input: CompareInput = { root, exclude, entries, form, options, scratch };
    const task = entryModule("stores/files/compare-task");
    return await hosts.run<FileComparison>("bytes", task, input, signal);
  } finally {
    await rm(entries, { force: true });
  }
}

async function writeEntries(content: Content, path: string, signal: AbortSignal): Promise<void> {
  for await (const part of content.parts(signal)) {
    if (part.name !== ENTRIES) break;
    try {
      return await writeFile(path, part.open(signal), { mode: 0o600 });
    } catch (error) {
      signal.throwIfAborted();
      throw diskError(path, error);
    }
  }
  throw damagedTree("it has no entries");
}
