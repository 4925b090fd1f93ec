import { generate, mutate } from "../../bench/generate.ts";
import { openSite } from "../journeys/site.ts";

/** Sizes in megabytes; the last is the largest that is promised. */
const SIZES = [50, 300, 1000];

/**
 * Backs generated databases up, changes one row in a hundred, backs them up again, and restores both
 * snapshots: each must hold what its receipt says. Takes minutes and 4 GB of temporary space.
 *
 * @returns how many round trips were made.
 * @throws {Error} when one of them came out unequal.
 */
export async function soakRoundTrips(seed: number): Promise<number> {
  let made = 0;
  for (const megabytes of SIZES) {
    await using site = await openSite({
      stores: { shop: "shop.sqlite" },
      encrypted: true,
      onDisk: true,
    });
    generate(site.database("shop"), megabytes, seed);
    await using salvor = await site.open();
    const first = await salvor.backup();
    mutate(site.database("shop"), 1, seed + 1);
    const second = await salvor.backup();
    for (const { id } of [...first.snapshots, ...second.snapshots]) {
      const to = site.join(`${id}.sqlite`);
      const { status, proof } = await salvor.restore({ snapshot: id, to });
      if (status !== "succeeded" || proof?.equal !== true) {
        throw new Error(`${megabytes} MB, seed ${seed}: ${status}, equal: ${proof?.equal}`);
      }
      made += 1;
    }
    const newest = await salvor.compare({ a: "shop@latest", b: "shop" });
    if (!newest.equal) throw new Error(`${megabytes} MB, seed ${seed}: the live store differs`);
  }
  return made;
}
