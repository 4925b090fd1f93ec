import { isExactObject, type ExactJson, type ExactObject } from "../../../core/exact-json.ts";
import { exactNumber, NumberText } from "../../../core/json-number.ts";

/** A member of an object that a form builds: a piece of the line, or an object again. */
type Member =
  | { readonly kind: "text" | "number"; readonly key: string; readonly hole: number }
  | { readonly kind: "object"; readonly key: string; readonly plan: ObjectPlan };

/** How an object is built: what its members are to begin with, and those that lines fill. */
interface ObjectPlan {
  readonly begin: Readonly<Record<string, ExactJson>>;
  readonly members: readonly Member[];
}

/**
 * What lines of one form have in common. Between the values of a line of it stand the same bytes, so
 * that it need not be parsed: that it has the form proves that it is JSON.
 */
export interface LineForm {
  /** What stands before each value, and after the last one. */
  readonly pieces: readonly string[];
  /** By value: it is a number, else a text. */
  readonly isNumber: readonly boolean[];
  /** By value: it is wanted. Only wanted ones are counted by the holes of the plan. */
  readonly isWanted: readonly boolean[];
  /** Numbers that tell where the wanted values of a line begin and end. */
  readonly wanted: number;
  readonly plan: ObjectPlan;
}

/** A number as JSON writes it. */
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Digits of a whole number, its sign too, that a double holds in any case. */
const SHORT_LENGTH = 15;
/** More values than these are faster parsed than compared. */
const HOLES_MAX = 100;

/**
 * Learns the form of a line that JSON.parse took, and that has neither a backslash nor anything but
 * printable ASCII. Null where there is none: lists, a name twice, too many values.
 *
 * @param names members of the line that are wanted.
 */
export function learnForm(
  line: string,
  value: ExactObject,
  names: ReadonlySet<string>,
): LineForm | null {
  const learner = new Learner(line);
  const plan = learner.learn(value);
  if (plan === null || learner.isNumber.length > HOLES_MAX) return null;
  const wanted = pruned(plan, names);
  const places = new Map<number, number>();
  for (const hole of holesOf(wanted)) places.set(hole, places.size);
  return {
    pieces: learner.pieces(),
    isNumber: learner.isNumber,
    isWanted: learner.isNumber.map((_, hole) => places.has(hole)),
    wanted: 2 * places.size,
    plan: renumbered(wanted, places),
  };
}

/** Where the values of a line are cut out. */
export interface LineCut {
  readonly text: string;
  /** What the holes count for the first character of the text. */
  readonly start: number;
  /** From `at` on, where each wanted value begins and ends. */
  readonly holes: Uint32Array;
  readonly at: number;
}

/** The object of a line of this form. */
export function buildLine(plan: ObjectPlan, cut: LineCut): ExactObject {
  const object = { ...plan.begin };
  for (const member of plan.members) {
    const { kind, key } = member;
    if (kind === "object") object[key] = buildLine(member.plan, cut);
    else object[key] = kind === "text" ? cutText(cut, member.hole) : cutNumber(cut, member.hole);
  }
  return object;
}

/** The text that a value of the line is, by its number among those that are wanted. */
export function cutText({ text, start, holes, at }: LineCut, hole: number): string {
  const from = at + 2 * hole;
  return text.slice((holes[from] as number) - start, (holes[from + 1] as number) - start);
}

/** The number that a value of the line is. Most have few digits, and none of those is rounded. */
export function cutNumber(cut: LineCut, hole: number): number | bigint | NumberText {
  const text = cutText(cut, hole);
  return text.length <= SHORT_LENGTH ? Number(text) : exactNumber(text);
}

function pruned({ begin, members }: ObjectPlan, names: ReadonlySet<string>): ObjectPlan {
  const kept = Object.entries(begin).filter(([key]) => names.has(key));
  return {
    begin: Object.fromEntries(kept),
    members: members.filter(({ key }) => names.has(key)),
  };
}

function isNumber(value: ExactJson): boolean {
  return typeof value === "number" || typeof value === "bigint" || value instanceof NumberText;
}

/** In the order of the line. */
function holesOf({ members }: ObjectPlan): readonly number[] {
  return members.flatMap((each) => (each.kind === "object" ? holesOf(each.plan) : [each.hole]));
}

function renumbered(plan: ObjectPlan, places: ReadonlyMap<number, number>): ObjectPlan {
  const members = plan.members.map((each) =>
    each.kind === "object"
      ? { ...each, plan: renumbered(each.plan, places) }
      : { ...each, hole: places.get(each.hole) ?? 0 },
  );
  return { begin: plan.begin, members };
}

/** Walks through a line beside its value, and notes where values stand. */
class Learner {
  readonly isNumber: boolean[] = [];
  readonly #line: string;
  readonly #holes: { readonly from: number; readonly to: number }[] = [];
  #at = 0;

  constructor(line: string) {
    this.#line = line;
  }

  pieces(): readonly string[] {
    const ends = [0, ...this.#holes.map(({ to }) => to)];
    const begins = [...this.#holes.map(({ from }) => from), this.#line.length];
    return ends.map((end, index) => this.#line.slice(end, begins[index]));
  }

  /** Members of the object that begins here; null when it cannot be told by its form. */
  learn(value: ExactObject): ObjectPlan | null {
    const begin: Record<string, ExactJson> = {};
    const members: Member[] = [];
    this.#at = this.#line.indexOf("{", this.#at) + 1;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "__proto__" || !this.#passKey(key)) return null;
      const member = this.#member(key, inner);
      if (member === null) return null;
      begin[key] = member === "same" ? inner : null;
      if (member !== "same") members.push(member);
    }
    // More members than the value has: a name stands there twice.
    this.#skipSpace();
    if (this.#line[this.#at] !== "}") return null;
    this.#at++;
    return { begin, members };
  }

  /** Names of digits come out of an object in another order than they stand in the line. */
  #passKey(key: string): boolean {
    this.#skipSpace();
    if (this.#line[this.#at] === ",") this.#at++;
    this.#skipSpace();
    const name = `"${key}"`;
    if (!this.#line.startsWith(name, this.#at)) return false;
    this.#at += name.length;
    this.#skipSpace();
    this.#at++;
    this.#skipSpace();
    return true;
  }

  #member(key: string, value: ExactJson): Member | "same" | null {
    if (typeof value === "string") return this.#hole(key, "text", this.#at + 1, value.length);
    if (isNumber(value)) {
      NUMBER.lastIndex = this.#at;
      const length = NUMBER.test(this.#line) ? NUMBER.lastIndex - this.#at : 0;
      return this.#hole(key, "number", this.#at, length);
    }
    if (isExactObject(value)) {
      const plan = this.learn(value);
      return plan === null ? null : { kind: "object", key, plan };
    }
    if (Array.isArray(value)) return null;
    this.#at += JSON.stringify(value).length; // true, false, null
    return "same";
  }

  #hole(key: string, kind: "text" | "number", from: number, length: number): Member {
    const to = from + length;
    this.#at = kind === "text" ? to + 1 : to;
    const hole = this.#holes.push({ from, to }) - 1;
    this.isNumber.push(kind === "number");
    return { kind, key, hole };
  }

  #skipSpace(): void {
    while (" \t\r".includes(this.#line[this.#at] ?? "x")) this.#at++;
  }
}
