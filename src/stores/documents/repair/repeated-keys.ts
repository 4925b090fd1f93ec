import { canonicalLossless, parseLossless } from "../json/lossless.ts";
import { keyText } from "../json/place.ts";
import { JsonReader } from "../json/reader.ts";
import type { Change, Draft } from "./draft.ts";

/** A member of an object that is open: from its key up to the end of its value. */
interface Member {
  readonly at: number;
  valueAt: number;
  end: number;
  /** Where the member behind it begins; -1 as long as there is none. */
  next: number;
}

/** A member that another one of the same key follows. */
interface Repeated {
  readonly earlier: Member;
  readonly later: Member;
}

/**
 * Of a key that comes twice in an object the last value is kept, which is the one that most readers
 * take. Where both say the same nothing is lost; else the earlier one is dropped and named.
 */
export function dropRepeatedKeys(draft: Draft): void {
  const found = outermost(repeatedIn(draft.bytes));
  if (found.length === 0) return;
  for (const { earlier, later } of found) {
    if (!isSame(draft.bytes, earlier, later)) draft.drop(earlier.at, earlier.end);
  }
  draft.apply(
    found.map(({ earlier: { at, next } }): Change => {
      return { kind: "repeated-key", at, end: next, inserted: "" };
    }),
    "a key came twice in one object: its last value is kept",
  );
}

function isSame(bytes: Uint8Array, one: Member, other: Member): boolean {
  const [a, b] = [one, other].map(({ valueAt, end }) =>
    parseLossless(bytes.subarray(valueAt, end)),
  );
  if (a === undefined || b === undefined) return false;
  return canonicalLossless(a) === canonicalLossless(b);
}

/** In the order of the file, none within another one. */
function outermost(found: readonly Repeated[]): readonly Repeated[] {
  let end = 0;
  return found
    .toSorted((a, b) => a.earlier.at - b.earlier.at || b.earlier.next - a.earlier.next)
    .filter(({ earlier }) => {
      const isOutside = earlier.at >= end;
      if (isOutside) end = earlier.next;
      return isOutside;
    });
}

/** The members of an object so far, by key. */
interface OpenObject {
  readonly members: Map<string, Member>;
  last: Member | null;
}

function repeatedIn(bytes: Uint8Array): readonly Repeated[] {
  const reader = new JsonReader(bytes);
  const open: (OpenObject | null)[] = [];
  const found: Repeated[] = [];
  for (let event = reader.next(); event !== "end" && event !== "fault"; event = reader.next()) {
    const isOpening = event === "open-object" || event === "open-array";
    const inside = open.at(-1) ?? null;
    if (event === "key" && inside !== null) addMember(reader, inside, found);
    else if (isOpening) {
      if (inside?.last?.valueAt === -1) inside.last.valueAt = reader.start;
      open.push(event === "open-object" ? { members: new Map(), last: null } : null);
    } else if (event !== "key") {
      if (event.startsWith("close")) open.pop();
      else if (inside?.last?.valueAt === -1) inside.last.valueAt = reader.start;
      const around = open.at(-1);
      if (around?.last) around.last.end = reader.end;
    }
  }
  return found;
}

function addMember(reader: JsonReader, object: OpenObject, found: Repeated[]): void {
  const { start, end, bytes } = reader;
  if (object.last !== null) object.last.next = start;
  const member: Member = { at: start, valueAt: -1, end, next: -1 };
  const key = keyText(bytes, start, end);
  const earlier = object.members.get(key);
  if (earlier !== undefined) found.push({ earlier, later: member });
  object.members.set(key, member);
  object.last = member;
}
