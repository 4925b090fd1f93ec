import { checkJson } from "../json/check.ts";
import type { JsonFault } from "../json/faults.ts";
import type { CollectionOptions } from "../options.ts";
import { elementsIn, readDamaged, readingOf, type ReadFile } from "./read-file.ts";
import type { Span } from "./spans.ts";
import type { ContainerPart } from "./types.ts";

/**
 * What stands before a part, so that it is a list of its own: something that a comma follows. A key
 * that nobody else has.
 */
const BEFORE = {
  array: Buffer.from("[0,"),
  keyed: Buffer.from('{"\\u0000 before \\u0000":0,'),
} as const;
const POINTER_BEFORE = "/\0 before \0";
const BEHIND = { array: Buffer.from("]"), keyed: Buffer.from("}") } as const;

/** A part of a long list, with brackets around it. */
export interface WrappedPart {
  readonly bytes: Uint8Array;
  /** Bytes that were put before it. */
  readonly before: number;
}

/** Puts brackets around a part, where it has none of its own. */
export function wrapPart(bytes: Uint8Array, { form, isFirst, isLast }: ContainerPart): WrappedPart {
  const before = isFirst ? [] : [BEFORE[form]];
  const behind = isLast ? [] : [BEHIND[form]];
  const wrapped = Buffer.concat([...before, bytes, ...behind]);
  return { bytes: wrapped, before: isFirst ? 0 : BEFORE[form].length };
}

/** The documents of a part that has been wrapped. */
export function readPart(bytes: Uint8Array, part: ContainerPart): ReadFile {
  const check = checkJson(bytes);
  const bom = check.faults[0]?.code === "bom" ? BOM_BYTES : 0;
  const isSound = check.valid || (bom > 0 && checkJson(bytes.subarray(bom)).valid);
  const read: ReadFile = isSound
    ? { check, documents: elementsIn(bytes, bom, readingOf(check)), unreadable: [] }
    : readDamaged(bytes, check, { form: part.form } as CollectionOptions);
  const documents = part.isFirst ? read.documents : read.documents.slice(1);
  return {
    check: { ...check, faults: check.faults.map((fault) => inFile(fault, part)) },
    documents: documents.map((document) => ({ ...document, step: stepIn(document, part) })),
    unreadable: read.unreadable,
  };
}

const BOM_BYTES = 3;

function stepIn({ step }: Span, part: ContainerPart): Span["step"] {
  return typeof step === "number" ? step + shiftOf(part) : step;
}

/** What the index of a document in its part lacks. */
function shiftOf({ index, isFirst }: ContainerPart): number {
  return isFirst ? 0 : index - 1;
}

function inFile(fault: JsonFault, part: ContainerPart): JsonFault {
  if (part.isFirst) return fault;
  const added = BEFORE[part.form].length;
  const column = fault.line === 1 ? fault.column - added + part.column : fault.column;
  if (part.form === "keyed") {
    // Between two members nobody knows the one before, which is in another part.
    const pointer = fault.pointer.startsWith(POINTER_BEFORE) ? "" : fault.pointer;
    return { ...fault, column, pointer };
  }
  const [, index = "", rest = ""] = /^\/(\d+)(.*)$/s.exec(fault.pointer) ?? [];
  const pointer = index === "" ? fault.pointer : `/${Number(index) + shiftOf(part)}${rest}`;
  return { ...fault, column, pointer };
}
