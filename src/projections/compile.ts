import { digestOf, sha256, type Digest } from "../core/hash.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import type { LogEvent } from "../stores/events.ts";
import type { CompiledProjection } from "./compiled.ts";
import { compileRules } from "./declarative/compile.ts";
import { compileUpcast } from "./declarative/upcast.ts";
import type { ProjectionConfig, ProjectionForm, ProjectionTable } from "./types.ts";

/** How long code may take for one event, unless salvor.yaml says so. */
const TIMEOUT_MS = 30_000;

/**
 * Makes a projection ready. The code form is read and run as far as its definition.
 *
 * @throws {SalvorError} PROJECTION_INVALID with file and line.
 */
export async function compileProjection(config: ProjectionConfig): Promise<CompiledProjection> {
  const { form, tables } = config;
  if (form.kind === "declarative") return compileDeclarative(config, tables ?? {}, form);
  // Modules of node:vm are there only in the process that runs such code.
  const { loadCode } = await import("./code/load-code.ts");
  const code = await loadCode(form.module, form.timeoutMs ?? TIMEOUT_MS);
  const { name } = config;
  const version = code.version ?? config.version;
  const definition = definitionOf({ name, version }, code.tables, code.digest);
  return { name, version, tables: code.tables, definition, isAtomic: false, connect: code.connect };
}

function compileDeclarative(
  { name, version }: ProjectionConfig,
  tables: Readonly<Record<string, ProjectionTable>>,
  form: ProjectionForm & { kind: "declarative" },
): CompiledProjection {
  const { on, upcast } = form;
  const newest = compileUpcast(upcast);
  return {
    name,
    version,
    tables,
    isAtomic: Object.values(on).every((rules) => rules.length < 2),
    definition: definitionOf(
      { name, version },
      tables,
      canonicalJson({ on, upcast } as unknown as Json),
    ),
    connect: (open) => {
      const handlers = compileRules(on, open);
      const apply = (event: LogEvent): void => handlers.get(event.type)?.(event);
      if (newest === null) return { apply, guard: null };
      return { apply: (event) => apply(newest(event)), guard: null };
    },
  };
}

/** The order of columns counts: it is that of the bytes of a row. */
function definitionOf(
  { name, version }: { readonly name: string; readonly version: number },
  tables: Readonly<Record<string, ProjectionTable>>,
  work: string,
): Digest {
  const shape = Object.entries(tables).map(([table, { key, columns, indexes }]) => [
    table,
    key,
    Object.entries(columns),
    indexes,
  ]);
  return digestOf(sha256(Buffer.from(canonicalJson([name, version, shape, work] as Json))));
}
