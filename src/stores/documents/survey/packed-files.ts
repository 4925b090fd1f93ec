import type { PackedFiles, SurveyFile } from "./types.ts";

const FIELDS = 7;

/** Packs the files of a batch; there is at least one, and a part of a long list is alone. */
export function packFiles(files: readonly SurveyFile[]): PackedFiles {
  const paths: string[] = [];
  const numbers = new Float64Array(files.length * FIELDS);
  let names = "";
  let place = -1;
  for (const [at, { name, number, collection, path, start, size, before }] of files.entries()) {
    names += at === 0 ? name : `\0${name}`;
    if (paths[place] !== path) place = paths.push(path) - 1;
    const row = at * FIELDS;
    numbers[row] = number;
    numbers[row + 1] = collection;
    numbers[row + 2] = place;
    numbers[row + 3] = start;
    numbers[row + 4] = size;
    numbers[row + 5] = before.bytes;
    numbers[row + 6] = before.lines;
  }
  return { names, paths, numbers, part: files[0]?.part ?? null };
}

/** The files, one at a time. */
export function* unpackFiles({ names, paths, numbers, part }: PackedFiles): Generator<SurveyFile> {
  for (const [at, name] of names.split("\0").entries()) {
    const row = at * FIELDS;
    yield {
      name,
      number: numbers[row] ?? 0,
      collection: numbers[row + 1] ?? 0,
      path: paths[numbers[row + 2] ?? 0] ?? "",
      start: numbers[row + 3] ?? 0,
      size: numbers[row + 4] ?? 0,
      before: { bytes: numbers[row + 5] ?? 0, lines: numbers[row + 6] ?? 0 },
      part,
    };
  }
}
