import type * as z from "zod";

import type { JsonObject } from "../core/json.ts";
import type { Address, Capabilities, DriverContext, Store } from "./types.ts";

/** The whole driver on one screen. */
export interface Driver {
  readonly name: string;
  readonly summary: string;
  /** Keys of a store's entry in salvor.yaml; one called `path` is a path. */
  readonly options: z.ZodObject;
  readonly capabilities: Capabilities;
  /** Opens nothing yet: a store that does not exist can be opened, to be restored. */
  open(name: string, options: JsonObject, context: DriverContext): Promise<Store>;
  /** Where a store with these options lives. */
  addressOf(options: JsonObject): Address;
  /** The options with which a copy at another address is opened. */
  at(address: Address, options: JsonObject): JsonObject;
  /** Makes the paths in its options absolute; `path` is by then. Absent where there are no others. */
  readonly resolvePaths?: (options: JsonObject, absolute: (path: string) => string) => JsonObject;
}

/** A driver as its folder writes it: `open` sees its options typed. */
export type DriverDefinition<Options extends z.ZodObject> = Omit<Driver, "open" | "options"> & {
  readonly options: Options;
  readonly open: (
    name: string,
    options: z.output<Options>,
    context: DriverContext,
  ) => Promise<Store>;
};

/** Makes a driver of its definition: whatever opens a store goes through its schema first. */
export function defineDriver<Options extends z.ZodObject>(
  definition: DriverDefinition<Options>,
): Driver {
  return {
    ...definition,
    open: async (name, options, context) =>
      definition.open(name, definition.options.parse(options), context),
  };
}
