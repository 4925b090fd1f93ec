import { closeSync, openSync, writeSync } from "node:fs";

import { diskError } from "../core/disk.ts";
import type { KeyFile } from "../receipts/proof-rows.ts";

/** The file that takes the keys which the lists of a proof do not hold; made when it is needed. */
export class KeyFiles implements Disposable {
  readonly #path: string;
  #file: number | null = null;

  /** @param path of the file, mode 0600; one that is there is replaced. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Makes the file. DISK_FULL when there is no room. */
  readonly open = (): KeyFile => {
    const path = this.#path;
    const file = attempt(path, () => openSync(path, "w", 0o600));
    this.#file = file;
    return { path, write: (line) => void attempt(path, () => writeSync(file, `${line}\n`)) };
  };

  [Symbol.dispose](): void {
    if (this.#file !== null) closeSync(this.#file);
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(path, error);
  }
}
