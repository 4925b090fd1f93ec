// The library's door: what a program imports from "salvor".

export {
  auditStore,
  checkIntegrity,
  executeRecovery,
  scanStore,
  type NamedStore,
  type OneStore,
  type StoreAtPath,
} from "./app/one-store.ts";
export { openSalvor } from "./app/open-salvor.ts";
export type * from "./app/look-documents.ts";
export type * from "./app/projection-documents.ts";
export type * from "./app/run-document.ts";
export type * from "./app/salvage-document.ts";
export type * from "./app/types.ts";
export { SalvorError, type ErrorCode } from "./core/errors.ts";
export type { Finding, FindingKind, FindingStatus } from "./checks/types.ts";
export type { Location, Observation, Severity } from "./core/finding.ts";
export type { Loss } from "./core/loss.ts";
export type { RunRecord, RunStatus, RunStep, StepStatus } from "./plans/types.ts";
export {
  defineProjection,
  type ProjectionDefinition,
  type ProjectionState,
  type TableDefinition,
} from "./projections/define-projection.ts";
export type {
  ColumnType,
  ProjectionEvent,
  StateRow,
  StateTableOf,
  StateValue,
} from "./projections/types.ts";
export type { Proof, ProofCollection } from "./receipts/proof.ts";
export type { ReportDocument, ReportFormat, ReportKind } from "./reports/types.ts";
export type { Level, Receipt } from "./receipts/types.ts";
export type { Problem, PruneResult, Retention, Snapshot } from "./repository/types.ts";
