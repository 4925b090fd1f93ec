import type * as z from "zod";

import type { Driver, DriverContext, Store } from "./types.ts";

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
