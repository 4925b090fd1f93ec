import type { ContainerPart, PackedFiles, SurveyFile } from "./types.ts";

const FIELDS = 11;

const FORMS = [null, "array", "keyed"] as const;

/** Packs files; there is at least one. */
export function packFiles(files: readonly SurveyFile[]): PackedFiles {
  const paths = [...new Set(files.map(({ path }) => path))];
  const places = new Map(paths.map((path, at) => [path, at]));
  const numbers = new Float64Array(files.length * FIELDS);
  for (const [at, { number, collection, path, start, size, before, part }] of files.entries()) {
    const row = at * FIELDS;
    numbers[row] = number;
    numbers[row + 1] = collection;
    numbers[row + 2] = places.get(path) ?? 0;
    numbers[row + 3] = start;
    numbers[row + 4] = size;
    numbers[row + 5] = before.bytes;
    numbers[row + 6] = before.lines;
    if (part === null) continue;
    numbers[row + 7] = FORMS.indexOf(part.form);
    numbers[row + 8] = part.index;
    numbers[row + 9] = part.column;
    numbers[row + 10] = (part.isFirst ? 1 : 0) + (part.isLast ? 2 : 0);
  }
  return { names: files.map(({ name }) => name).join("\0"), paths, numbers };
}

/** The files, one at a time. */
export function* unpackFiles({ names, paths, numbers }: PackedFiles): Generator<SurveyFile> {
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
      part: partOf(numbers, row),
    };
  }
}

function partOf(numbers: Float64Array, row: number): ContainerPart | null {
  const [form = 0, index = 0, column = 0, ends = 0] = numbers.subarray(row + 7, row + FIELDS);
  const name = FORMS[form] ?? null;
  if (name === null) return null;
  return { form: name, index, column, isFirst: (ends & 1) !== 0, isLast: (ends & 2) !== 0 };
}
