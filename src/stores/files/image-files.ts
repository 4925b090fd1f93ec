/** Where an image lies: its entries, as a list and as a table, contents of small files, a clock. */
export interface ImageFiles {
  readonly entries: string;
  readonly spool: string;
  readonly table: string;
  readonly clock: string;
}

/** The files of an image whose names begin with `target`. */
export function imageFiles(target: string): ImageFiles {
  return {
    entries: `${target}.entries`,
    spool: `${target}.spool`,
    table: `${target}.sqlite`,
    clock: `${target}.clock`,
  };
}
