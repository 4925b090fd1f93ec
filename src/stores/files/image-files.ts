/** Where an image lies: its list of entries, the contents of its small files, and a clock. */
export interface ImageFiles {
  readonly entries: string;
  readonly spool: string;
  readonly clock: string;
}

/** The files of an image whose names begin with `target`. */
export function imageFiles(target: string): ImageFiles {
  return { entries: `${target}.entries`, spool: `${target}.spool`, clock: `${target}.clock` };
}
