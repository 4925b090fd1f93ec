import { defineProjection } from "salvor";

/** What the data of every event of this log say. */
interface Change {
  readonly path: string;
  readonly blob: string;
  readonly mode: string;
  readonly author: string;
}

/** The same files as by rules; and how much each author has changed, which no rule can say. */
export const authors = defineProjection({
  name: "authors",
  tables: {
    files: { key: "path", columns: { path: "text", blob: "text", mode: "text" } },
    authors: { key: "author", columns: { author: "text", changes: "integer", last: "timestamp" } },
  },
  on: {
    "file.added": (event, state) => {
      state.files.put(row(event.data));
      state.authors.put(counted(event, state.authors.get(authorOf(event.data))));
    },
    "file.modified": (event, state) => {
      state.files.put(row(event.data));
      state.authors.put(counted(event, state.authors.get(authorOf(event.data))));
    },
    "file.deleted": (event, state) => {
      state.files.delete((event.data as Change).path);
      state.authors.put(counted(event, state.authors.get(authorOf(event.data))));
    },
  },
});

function row(data: unknown) {
  const { path, blob, mode } = data as Change;
  return { path, blob, mode };
}

function authorOf(data: unknown): string {
  return (data as Change).author;
}

/** The row of an event's author, one change later. */
function counted(
  { data, time }: { readonly data: unknown; readonly time: string | null },
  before: Readonly<Record<string, unknown>> | null,
) {
  return { author: authorOf(data), changes: Number(before?.["changes"] ?? 0) + 1, last: time };
}
