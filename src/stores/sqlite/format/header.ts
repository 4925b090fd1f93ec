export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be";

/** The first hundred bytes of a database, sizes in bytes. */
export interface DatabaseHeader {
  readonly pageSize: number;
  readonly reservedBytes: number;
  readonly writeVersion: number;
  readonly readVersion: number;
  readonly changeCounter: number;
  /** Pages as the header counts them; means something only when `versionValidFor` is the counter. */
  readonly headerPages: number;
  readonly freelistTrunk: number;
  readonly freelistPages: number;
  readonly schemaCookie: number;
  readonly schemaFormat: number;
  readonly largestRootPage: number;
  readonly encoding: TextEncoding;
  readonly userVersion: number;
  readonly incrementalVacuum: boolean;
  readonly applicationId: number;
  readonly versionValidFor: number;
  readonly libraryVersion: number;
}
