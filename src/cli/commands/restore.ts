import { SalvorError } from "../../core/errors.ts";
import { defineCommand } from "../command.ts";
import { planLines, runLines, runsStatus } from "../show/run.ts";

/** `salvor restore` */
export const restoreCommand = defineCommand({
  name: "restore",
  purpose:
    "Builds a store from a snapshot and proves that it holds exactly what was sealed: beside (--to), or in the live one's place (--in-place), whose old state is kept in quarantine.",
  args: {
    snapshot: { help: "Id, unique start of an id, store@latest or store@time", optional: true },
  },
  flags: {
    to: { type: "string", value: "address", help: "Build it here; must not exist yet" },
    "in-place": { type: "boolean", help: "Put it in the live store's place" },
    only: {
      type: "list",
      value: "path",
      help: "Restore this path alone, of a store of files; may be given again; a folder with all in it",
    },
    differing: {
      type: "boolean",
      help: "Put back the files that are missing or otherwise; newer ones stay; with --in-place",
    },
    point: {
      type: "string",
      value: "point",
      help: "Restore all stores of a recovery point, with --in-place",
    },
    repository: {
      type: "string",
      value: "folder",
      help: "Use this repository; needs neither salvor.yaml nor state",
    },
  },
  changes: true,
  statuses: [0, 1, 3, 4, 6],
  example: "salvor restore shop@latest --to ./shop-restored.sqlite",
  async run({ args, flags, change, signal, open }) {
    const { to, point, repository, only, differing } = flags;
    demandOneTarget(args.snapshot, { to, point, inPlace: flags["in-place"] });
    await using salvor = await open(repository === undefined ? "required" : "ignored");
    const run = await salvor.restore(
      {
        ...change,
        snapshot: args.snapshot,
        to,
        inPlace: flags["in-place"],
        only,
        differing,
        point,
        repository,
      },
      signal,
    );
    return {
      document: run,
      status: runsStatus([run]),
      lines: (style) => (run.status === "planned" ? planLines(run, style) : runLines(run, style)),
    };
  },
});

interface Target {
  readonly to: string | undefined;
  readonly point: string | undefined;
  readonly inPlace: boolean;
}

function demandOneTarget(snapshot: string | undefined, { to, point, inPlace }: Target): void {
  if ((snapshot === undefined) === (point === undefined)) {
    throw usage("name either a snapshot or a --point");
  }
  if ((to === undefined) === !inPlace) throw usage("give either --to or --in-place");
  if (point !== undefined && !inPlace) throw usage("--point needs --in-place");
}

function usage(message: string): SalvorError {
  return new SalvorError("USAGE", message, {
    hint: 'For example: salvor restore shop@latest --to ./restored.sqlite; see "salvor restore --help".',
  });
}
