/** How all text of a database is stored. */
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

const MAGIC = Buffer.from("SQLite format 3\0", "latin1");
const ENCODINGS: readonly TextEncoding[] = ["utf-8", "utf-8", "utf-16le", "utf-16be"];
/** Bytes of the header at the start of page 1. */
export const HEADER_BYTES = 100;

/** What keeps a header from being one: which field, and what was found there. */
export interface HeaderProblem {
  readonly field:
    | "length"
    | "magic"
    | "pageSize"
    | "version"
    | "reserved"
    | "fractions"
    | "encoding";
  readonly found: string;
}

/** Reads the header, or says what is wrong with it. */
export function readHeader(bytes: Uint8Array): DatabaseHeader | HeaderProblem {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES) return { field: "length", found: `${bytes.length} bytes` };
  const wide = (at: number): number => view.getUint32(at);
  const stored = view.getUint16(16);
  const pageSize = stored === 1 ? 65_536 : stored;
  const reservedBytes = view.getUint8(20);
  const encoding = ENCODINGS[wide(56)];
  const magic = Buffer.from(bytes.subarray(0, 16));
  if (!magic.equals(MAGIC)) return { field: "magic", found: magic.toString("hex") };
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0)
    return { field: "pageSize", found: String(stored) };
  // What is newer to write is still read; what is newer to read is not.
  if (view.getUint8(19) > 2) return { field: "version", found: String(view.getUint8(19)) };
  if (pageSize - reservedBytes < 480) return { field: "reserved", found: String(reservedBytes) };
  if (view.getUint16(21) !== 0x4020 || view.getUint8(23) !== 0x20)
    return { field: "fractions", found: Buffer.from(bytes.subarray(21, 24)).toString("hex") };
  if (encoding === undefined) return { field: "encoding", found: String(wide(56)) };
  return {
    pageSize,
    reservedBytes,
    writeVersion: view.getUint8(18),
    readVersion: view.getUint8(19),
    changeCounter: wide(24),
    headerPages: wide(28),
    freelistTrunk: wide(32),
    freelistPages: wide(36),
    schemaCookie: wide(40),
    schemaFormat: wide(44),
    largestRootPage: wide(52),
    encoding,
    userVersion: view.getInt32(60),
    incrementalVacuum: wide(64) !== 0,
    applicationId: wide(68),
    versionValidFor: wide(92),
    libraryVersion: wide(96),
  };
}

/** Tells a header from what is wrong with one. */
export function isHeader(read: DatabaseHeader | HeaderProblem): read is DatabaseHeader {
  return "pageSize" in read;
}
