import type { Observation } from "../../../core/finding.ts";
import type { JsonObject } from "../../../core/json.ts";
import { count } from "../../../core/text.ts";
import { emptyInspection } from "../../inspection.ts";
import type { Inspection } from "../../types.ts";
import { compareDerived } from "../derive/compare.ts";
import { Observations, observe } from "../findings.ts";
import type { HeldFolder } from "../held.ts";
import { collectionFinder, type AssignedFile } from "../survey/assign.ts";
import { gather, type Gathered } from "../survey/gather.ts";
import { countEntries, FILES } from "../survey/file-rows.ts";
import { isEmptied } from "../survey/lines.ts";
import { fileFacts } from "./file-facts.ts";
import { isComplete, requestOf, type HeldDocuments } from "./held-documents.ts";
import { missingFiles } from "./missing-files.ts";
import { blindSpecs, obstaclesIn, SPECIAL } from "./obstacles.ts";

/** Is everything there, is all of it JSON, and does what is said of it hold? */
export async function auditFolder(held: HeldDocuments, signal: AbortSignal): Promise<Inspection> {
  const { folder, blocked } = held;
  if (folder === null) {
    const files = await fileFacts(held, new Map(), signal);
    return { ...emptyInspection, observations: blocked, complete: false, files };
  }
  const gathered = await gather(requestOf(folder, { faults: true, derived: true }), {}, signal);
  const found = new Observations();
  found.takeAll(filesFound(folder));
  found.takeAll(gathered.observations, gathered.more);
  found.takeAll(compareDerived(folder.live.specs, gathered, blindSpecs(folder)));
  return {
    ...emptyInspection,
    observations: found.list(),
    complete: isComplete(folder),
    checked: folder.files.length,
    files: await fileFacts(held, gathered.files, signal),
    collections: isComplete(folder) ? countsOf(folder, gathered) : null,
    properties: propertiesOf(folder),
  };
}

function filesFound(folder: HeldFolder): readonly Observation[] {
  return [
    ...missing(folder),
    ...unreadable(folder),
    ...notRegular(folder),
    ...obstacles(folder),
    ...folder.documents.filter(isEmptiedIn(folder)).map(({ name, collection }) => {
      const table = folder.live.specs[collection]?.name ?? "";
      return observe("documents.file.empty", `${name} is empty`, { file: name, table });
    }),
    ...folder.tooLarge.map(({ name, size }) => {
      const { fileBytesMax } = folder.live.options;
      const limit = `fileBytesMax is ${count(fileBytesMax)}`;
      const description = `${name} has ${count(size)} bytes, and ${limit}`;
      return observe("documents.file.too-large", description, { file: name });
    }),
    ...changing(folder),
  ];
}

function isEmptiedIn({ live: { specs } }: HeldFolder): (file: AssignedFile) => boolean {
  return (file) => isEmptied(specs[file.collection], file);
}

/** Files that a collection names, and folders that its patterns begin with. */
function missing(folder: HeldFolder): readonly Observation[] {
  return missingFiles(folder).map(({ path, collection, isFolder }) => {
    const table = folder.live.specs[collection]?.name ?? "";
    const location = { file: path, table };
    return isFolder
      ? observe("documents.folder.missing", `${path} is not there, where ${table} lies`, location)
      : observe("documents.file.missing", `${path} is not there`, location);
  });
}

function unreadable({ captured }: HeldFolder): readonly Observation[] {
  return captured.captured.troubles.map(({ path, code }) => {
    const kind = code === "EIO" ? "documents.file.hardware" : "documents.file.unreadable";
    return observe(kind, `${path || "the folder"} cannot be read: ${code}`, { file: path }, code);
  });
}

/** A link in a document's place is not followed: what it leads to is no part of the store. */
function notRegular({ live, others, captured }: HeldFolder): readonly Observation[] {
  const find = collectionFinder(live.specs);
  const specials = captured.captured.specials.map((path) => ({ path, kind: SPECIAL }));
  return [...others, ...specials].flatMap(({ path, kind }) => {
    const file = Buffer.from(path, "latin1").toString();
    const spec = kind === "folder" && path === "" ? undefined : live.specs[find(file)];
    if (spec === undefined) return [];
    const description = `${file} is a ${kind}, and no file`;
    return [observe("documents.file.not-regular", description, { file, table: spec.name })];
  });
}

function obstacles(folder: HeldFolder): readonly Observation[] {
  return obstaclesIn(folder).map(({ path, kind, collection }) => {
    const table = folder.live.specs[collection]?.name ?? "";
    const description = `${path} is a ${kind}, and no folder: what ${table} holds cannot be seen`;
    return observe("documents.folder.not-regular", description, { file: path, table });
  });
}

/** Worth a line: what is backed up of such a folder is of no one instant. */
function changing({ captured, live }: HeldFolder): readonly Observation[] {
  const { changed, changedTotal } = captured.captured;
  if (changedTotal === 0) return [];
  const names = JSON.stringify(changed);
  const description = `files of ${live.tree.root} change each time that they are read: ${names}`;
  return [observe("documents.changing", description, {}, names)];
}

function countsOf(
  folder: HeldFolder,
  { documents, unreadable: bad }: Gathered,
): Readonly<Record<string, number>> {
  const counts = folder.live.specs.map(
    ({ name }, at) => [name, (documents[at] ?? 0) + (bad[at] ?? 0)] as const,
  );
  return Object.fromEntries([...counts, [FILES.name, countEntries(folder)]]);
}

function propertiesOf({ captured }: HeldFolder): JsonObject {
  const { files, folders, links, bytes } = captured.captured.counts;
  return { engine: "documents", files, folders, links, bytes, internal: [FILES.name] };
}
