import {
  canonicalExact,
  isExactObject,
  type ExactJson,
  type ExactObject,
} from "../../core/exact-json.ts";
import type { Json } from "../../core/json.ts";
import type { LogEvent } from "../../stores/events.ts";
import type { ProjectionUpcast } from "../types.ts";
import { pathOf, type Pick } from "./path.ts";

/** Makes an event of an old version one of the newest; an event that fits nothing stays itself. */
export type Upcast = (event: LogEvent) => LogEvent;

/** A type that leads back to itself must end; nobody has so many versions. */
const UPCASTS_MAX = 64;

interface Compiled {
  readonly when: readonly { readonly pick: Pick; readonly value: string }[];
  readonly to: string | null;
  readonly default: readonly { readonly path: readonly string[]; readonly value: Json }[];
}

/** Null when there is nothing to do, which is what most projections have. */
export function compileUpcast(
  upcast: Readonly<Record<string, readonly ProjectionUpcast[]>>,
): Upcast | null {
  const byType = new Map(Object.entries(upcast).map(([type, list]) => [type, list.map(compile)]));
  if (byType.size === 0) return null;
  return (event) => {
    let newest = event;
    for (let count = 0; count < UPCASTS_MAX; count += 1) {
      const { type } = newest;
      for (const each of byType.get(type) ?? []) {
        if (newest.type === type) newest = applied(each, newest);
      }
      if (newest.type === type) break;
    }
    return newest;
  };
}

function compile({ when, to, default: values }: ProjectionUpcast): Compiled {
  return {
    when: Object.entries(when).map(([path, value]) => ({
      pick: pathOf(path) ?? (() => undefined),
      value: canonicalExact(value),
    })),
    to,
    default: Object.entries(values).map(([path, value]) => ({
      path: path.split(".").slice(1),
      value,
    })),
  };
}

function applied(upcast: Compiled, event: LogEvent): LogEvent {
  const fits = upcast.when.every(
    ({ pick, value }) => canonicalExact((pick(event) ?? null) as ExactJson) === value,
  );
  if (!fits) return event;
  const data = upcast.default.reduce(
    (value, each) => withDefault(value, each.path, each.value),
    event.data,
  );
  return { ...event, type: upcast.to ?? event.type, data };
}

/** The same data where the path is there, or leads through what is no object. */
function withDefault(data: ExactJson, path: readonly string[], value: Json): ExactJson {
  const [name, ...rest] = path;
  if (name === undefined) return data;
  if (!isExactObject(data)) return data;
  const inner = Object.hasOwn(data, name) ? data[name] : undefined;
  if (rest.length === 0) return inner === undefined ? withMember(data, name, value) : data;
  return withMember(data, name, withDefault(inner ?? {}, rest, value));
}

function withMember(object: ExactObject, name: string, value: ExactJson): ExactObject {
  // Not `{ ...object, [name]: value }` alone: a member called __proto__ is a member.
  return Object.fromEntries([...Object.entries(object), [name, value]]);
}
