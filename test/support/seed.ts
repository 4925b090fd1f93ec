const DAY_MS = 86_400_000;

/** Where drawn tests begin: another place each day, and SEED=n does a day again. Titles show it. */
export const SEED = Number(process.env["SEED"] ?? Math.floor(Date.now() / DAY_MS));
