import { elementDigest } from "../../../receipts/seal.ts";
import type { SchemaElement } from "../../../receipts/types.ts";
import type { Collection } from "../../types.ts";
import type { EventLogOptions } from "../options.ts";

/** The events of a log, by their ids; of those that have one id each is told by its turn. */
export const EVENTS: Collection = {
  name: "events",
  key: ["id", "occurrence"],
  columns: ["sha256"],
  internal: false,
};

/** Lines that are no event, by the place where they stand. */
export const DAMAGED: Collection = {
  name: "(damaged)",
  key: ["file", "offset"],
  columns: ["fault", "sha256"],
  internal: true,
};

/** The files that the log consists of: order, blank lines and compression are compared by them. */
export const FILES: Collection = {
  name: "(files)",
  key: ["path"],
  columns: ["path", "size", "mode", "digest"],
  internal: true,
};

/** All collections of a log. */
export const COLLECTIONS: readonly Collection[] = [EVENTS, DAMAGED, FILES];

/** What a receipt compares of the shape of a log: what tells its events apart. */
export function elementsOf({ envelope }: EventLogOptions): readonly SchemaElement[] {
  const definition = { id: envelope.id };
  return [{ kind: "log", name: EVENTS.name, digest: elementDigest(definition), definition }];
}
