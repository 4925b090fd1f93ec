import * as z from "zod";

/** The keys of a tree of files in salvor.yaml. */
export const filesOptions = z.object({
  path: z.string().min(1).max(4096).describe("The folder"),
  exclude: z
    .array(z.string().min(1).max(1024))
    .max(1_000)
    .default([])
    .describe("Patterns of what is left alone, as in a .gitignore"),
  owners: z
    .enum(["recorded", "compared"])
    .default("recorded")
    .describe("Whether user and group count in the receipt: then only root can restore"),
});

/** How a tree is opened. */
export type FilesOptions = z.output<typeof filesOptions>;
