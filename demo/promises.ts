import { quietly, type Ending } from "./programs.ts";
import type { Stage } from "./stage.ts";

/** What the demo promises, and what of it was not kept. */
export class Promises {
  readonly broken: string[] = [];
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Says aloud whether a promise was kept. */
  keep(kept: boolean, good: string, bad: string): void {
    if (kept) return this.#stage.good(good);
    this.#stage.bad(bad);
    this.broken.push(bad);
  }

  /** A command that ends otherwise than it should ends the demo. */
  ended(status: number, ending: Ending, what: string): void {
    if (ending.status === status) return;
    throw new Error(`${what} ended with status ${ending.status} instead of ${status}`);
  }

  /** The database holds what the backup's receipt says, row by row. */
  async equalToBackup(folder: string): Promise<void> {
    const list = await quietly(folder, ["snapshots", "chinook", "--json"]);
    const { snapshots } = JSON.parse(list.stdout) as { snapshots: readonly { id: string }[] };
    // The first one: a recovery backs up what it finds, and that is not what was lost.
    const first = snapshots[0]?.id ?? "";
    const ending = await quietly(folder, ["compare", first, "chinook", "--json"]);
    const proof = JSON.parse(ending.stdout) as Proof;
    const count = (side: "expected" | "actual"): string =>
      proof.collections
        .reduce((sum, each) => sum + (each[side]?.count ?? 0), 0)
        .toLocaleString("en");
    this.keep(
      proof.equal,
      `${count("actual")} of ${count("expected")} rows in ${proof.collections.length} tables, every byte of them as it was backed up`,
      "the database differs from its receipt",
    );
  }
}

/** The parts of a comparison that the demo shows. */
interface Proof {
  readonly equal: boolean;
  readonly collections: readonly {
    readonly expected: { readonly count: number } | null;
    readonly actual: { readonly count: number } | null;
  }[];
}
