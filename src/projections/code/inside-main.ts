// The inside of the code form. This module is evaluated in a context of its own, as the first one,
// and is all that code of the user's can reach of Salvor. Whatever is given to that code is made
// here, of the context's own objects: through an object of the outside, its constructors and with
// them everything would be within reach. It imports nothing.

import type { Bridge, BridgedTable } from "./bridge.ts";

type Unknown = Record<string, unknown>;
type Handler = (event: unknown, state: unknown) => unknown;

interface Definition {
  readonly on: Readonly<Record<string, Handler>>;
  readonly upcast: Readonly<Record<string, (event: unknown) => unknown>>;
}

const UPCASTS_MAX = 64;
// Taken now: code of the user's may put others in their place, to be handed what is not its own.
const { defineProperty, freeze, hasOwn } = Object;
const { construct, ownKeys } = Reflect;
const { isArray } = Array;
const { isSafeInteger } = Number;
const { parse, stringify } = JSON;
const Bytes = Uint8Array;
const Instant = Date;
const Whole = BigInt;
const copyOfBytes = Bytes.from.bind(Bytes) as (bytes: Uint8Array) => Uint8Array;

/** The definitions that were made with `defineProjection`, and no look-alikes. */
const definitions = new WeakSet<object>();
let chosen: Definition | null = null;

/** Marks a definition; what it says is checked when it is described. */
export function defineProjection(definition: unknown): unknown {
  if (typeof definition !== "object" || definition === null) {
    throw new TypeError("defineProjection takes an object");
  }
  definitions.add(definition);
  return definition;
}

/** The one definition that a module exports, as JSON, with what is wrong with its functions. */
export function describe(namespace: Unknown): string {
  const exported = new Set<unknown>();
  for (const name of ownKeys(namespace)) exported.add(namespace[name as string]);
  const found = [...exported].filter(
    (value) => typeof value === "object" && value !== null && definitions.has(value),
  ) as Unknown[];
  const [definition] = found;
  if (definition === undefined)
    return stringify({ problem: "exports nothing that defineProjection gave" });
  if (found.length > 1) return stringify({ problem: "exports more than one projection" });
  const { name, version, tables, on, upcast } = definition;
  const problem = problemOf("on", on, true) ?? problemOf("upcast", upcast, false);
  if (problem !== null) return stringify({ problem });
  chosen = { on, upcast: upcast ?? {} } as Definition;
  return stringify({ name, version, tables });
}

function problemOf(key: string, value: unknown, isNeeded: boolean): string | null {
  if (value === undefined && !isNeeded) return null;
  if (typeof value !== "object" || value === null) return `${key}: is no object of functions`;
  for (const type of ownKeys(value) as string[]) {
    const handler = (value as Unknown)[type];
    if (typeof handler !== "function") return `${key}: ${stringify(type)} is no function`;
    const kind = Object.prototype.toString.call(handler);
    if (kind !== "[object Function]") {
      return `${key}: ${stringify(type)} is async or a generator; events are applied one by one`;
    }
  }
  return null;
}

/** Joins the definition that was described to tables outside. */
export function connect(bridge: Bridge, spelled: string) {
  if (chosen === null) throw new TypeError("nothing was described");
  const { on, upcast } = chosen;
  const door = { isOpen: false };
  const state: Unknown = {};
  (parse(spelled) as BridgedTable[]).forEach((table, number) => {
    state[table.name] = tableOf(bridge, table, number, door);
  });
  freeze(state);
  return (outer: Unknown): string | null => {
    if (!hasOwn(on, outer["type"] as string) && !hasOwn(upcast, outer["type"] as string))
      return null;
    door.isOpen = true;
    try {
      const event = upcasted(eventOf(outer, bridge), upcast);
      const handler = hasOwn(on, event["type"] as string) ? on[event["type"] as string] : undefined;
      if (handler === undefined) return null;
      const result = handler(event, state);
      if (typeof result !== "object" || result === null || !("then" in result)) return null;
      return "the handler returned a promise; events are applied one by one";
    } catch (error) {
      return textOf(error);
    } finally {
      door.isOpen = false;
    }
  };
}

function eventOf(outer: Unknown, bridge: Bridge): Unknown {
  const { id, type, source, subject, timeMs, sequence } = outer;
  const event: Unknown = {
    id,
    type,
    source,
    subject,
    /** Written for those who ask only: that takes longer than all else. */
    get time(): string | null {
      return typeof timeMs === "number" ? timeText(timeMs) : null;
    },
    timeMs,
    sequence,
  };
  give(event, "data", outer["data"], bridge);
  return event;
}

/** RFC 3339 in UTC, without the milliseconds where there are none. */
function timeText(ms: number): string | null {
  const date = new Instant(ms);
  return ms === date.getTime() ? date.toISOString().replace(".000Z", "Z") : null;
}

/** A copy of JSON that consists of objects of this side. */
function inner(value: unknown, bridge: Bridge): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isArray(value)) {
    const list: unknown[] = [];
    for (let at = 0; at < value.length; at += 1) give(list, at, value[at], bridge);
    return list;
  }
  const copy: Unknown = {};
  for (const name in value) give(copy, name, (value as Unknown)[name], bridge);
  return copy;
}

/** Gives a copy one of its members. */
function give(copy: object, name: string | number, value: unknown, bridge: Bridge): void {
  const isObject = typeof value === "object" && value !== null;
  if (isObject && hasOwn(value, "text") && bridge.isNumberText(value)) {
    withhold(copy, name, (value as Unknown)["text"] as string);
  } else if (name === "__proto__") {
    const member = inner(value, bridge);
    defineProperty(copy, name, { value: member, ...PLAIN, writable: true });
  } else (copy as Unknown)[name] = isObject ? inner(value, bridge) : value;
}

const PLAIN = { configurable: true, enumerable: true };

/** Whoever asks for a number that would be rounded is told so; others need not know. */
function withhold(copy: object, name: string | number, text: string): void {
  const get = (): never => {
    const what = `${name} is ${text}, which is more than a number of JavaScript holds`;
    throw new TypeError(`${what}: let the log write it as a text, or use the declarative form`);
  };
  defineProperty(copy, name, { get, ...PLAIN });
}

function upcasted(event: Unknown, upcast: Definition["upcast"]): Unknown {
  let newest = event;
  for (let count = 0; count < UPCASTS_MAX; count += 1) {
    const type = newest["type"] as string;
    if (!hasOwn(upcast, type)) return newest;
    const next = upcast[type]?.(newest);
    if (
      typeof next !== "object" ||
      next === null ||
      typeof (next as Unknown)["type"] !== "string"
    ) {
      throw new TypeError(`upcast: ${stringify(type)} returned no event`);
    }
    newest = next as Unknown;
    if (newest["type"] === type) return newest;
  }
  throw new TypeError("upcast: the types lead back to themselves");
}

function tableOf(bridge: Bridge, table: BridgedTable, number: number, door: { isOpen: boolean }) {
  const { name, key, columns } = table;
  const names = columns.map(([column]) => column);
  const known = new Set(names);
  const knock = (): void => {
    if (!door.isOpen) throw new TypeError("the state may be used while an event is applied only");
  };
  const keyOf = (given: unknown): unknown[] => {
    knock();
    const isByColumn = typeof given === "object" && given !== null && !(given instanceof Bytes);
    if (!isByColumn && key.length === 1) return [given];
    if (!isByColumn) throw new TypeError(`the key of ${name} has the columns ${key.join(", ")}`);
    return key.map((column) => (given as Unknown)[column]);
  };
  const refuseUnknown = (row: unknown): void => {
    if (typeof row !== "object" || row === null)
      throw new TypeError(`a row of ${name} is an object`);
    for (const column of ownKeys(row) as string[]) {
      if (!known.has(column)) throw new TypeError(`${name} has no column ${stringify(column)}`);
    }
  };
  const put = (row: Unknown): void => {
    if (typeof row !== "object" || row === null) refuseUnknown(row);
    knock();
    const values: unknown[] = [];
    let given = 0;
    for (let at = 0; at < names.length; at += 1) {
      const value = row[names[at] as string];
      if (value !== undefined) given += 1;
      values[at] = value;
    }
    // Whoever named as many as there are named no other.
    if (ownKeys(row).length !== given) refuseUnknown(row);
    told(call(() => bridge.put(number, values)));
  };
  const get = (given: unknown): Unknown | null => {
    const keys = keyOf(given);
    const found = call(() => bridge.get(number, keys));
    if (found === null) return null;
    if (typeof found === "string") throw new TypeError(found);
    const row: Unknown = {};
    for (let at = 0; at < columns.length; at += 1) {
      const column = columns[at];
      if (column !== undefined) row[column[0]] = shown(column[1], found[at]);
    }
    return row;
  };
  const update = (given: unknown, changes: Unknown): boolean => {
    refuseUnknown(changes);
    const before = get(given);
    if (before === null) return false;
    const moved = key.find(
      (column) => hasOwn(changes, column) && changes[column] !== before[column],
    );
    if (moved !== undefined) throw new TypeError(`${moved} is part of the key: delete and put`);
    put({ ...before, ...changes });
    return true;
  };
  const remove = (given: unknown): boolean => {
    const keys = keyOf(given);
    return told(call(() => bridge.delete(number, keys))) === true;
  };
  return freeze({ get, put, update, delete: remove });
}

/** An error of the outside is an object of the outside: it ends here. */
function call<Answer>(ask: () => Answer): Answer {
  try {
    return ask();
  } catch {
    throw new TypeError("the state could not be reached");
  }
}

function told(answer: string | boolean | null): boolean | null {
  if (typeof answer === "string") throw new TypeError(answer);
  return answer;
}

function shown(type: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (type === "boolean") return value === 1;
  if (type === "json") return parsed(value as string);
  return type === "blob" ? copyOfBytes(value as Uint8Array) : value;
}

const LONG = /\d{16}/;
const DIGITS = /^-?\d+$/;

/** JSON whose whole numbers are exact, as those of an event are. */
function parsed(text: string): unknown {
  if (!LONG.test(text)) return parse(text);
  return (parse as ParseWithSource)(text, (_, value, { source = "" }) =>
    typeof value === "number" && !isSafeInteger(value) && DIGITS.test(source)
      ? Whole(source)
      : value,
  );
}

type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

/** What was thrown, and the stack that says where. */
function textOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return `the handler threw ${String(error)}`;
    return `${error.name}: ${error.message}\n${String(error.stack)}`;
  } catch {
    return "the handler threw something that has no text";
  }
}

/** Gone: what tells the time, knows the host, waits, shares memory or sees the collector work. */
const GONE = [
  "Atomics",
  "FinalizationRegistry",
  "Intl",
  "SharedArrayBuffer",
  "Temporal",
  "WeakRef",
  "WebAssembly",
  "console",
];

function forbidden(what: string) {
  return (): never => {
    throw new TypeError(`${what} is not there: an event must do the same whenever it is applied`);
  };
}

function settle(): void {
  const world = globalThis as unknown as Unknown;
  for (const name of GONE) delete world[name];
  // Called or constructed without arguments it would be the clock.
  const Then = new Proxy(Instant, {
    apply: forbidden("Date()"),
    construct: (target, values, made) => {
      if (values.length === 0) forbidden("new Date without a time")();
      return construct(target, values, made) as object;
    },
  });
  defineProperty(Instant, "now", { value: forbidden("Date.now") });
  defineProperty(Instant.prototype, "constructor", { value: Then });
  defineProperty(world, "Date", { value: Then });
  defineProperty(Math, "random", { value: forbidden("Math.random") });
  // Either would show the frames of the outside.
  defineProperty(Error, "prepareStackTrace", { value: undefined });
  delete (Error as unknown as Unknown)["captureStackTrace"];
}

settle();
