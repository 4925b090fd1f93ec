// The library's door: what a program imports from "salvor".

export { openSalvor } from "./app/open-salvor.ts";
export type * from "./app/types.ts";
export { SalvorError, type ErrorCode } from "./core/errors.ts";
export type { Level, Receipt } from "./receipts/types.ts";
export type { Problem, PruneResult, Retention, Snapshot } from "./repository/types.ts";
