import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, extname, resolve } from "node:path";
import { SourceTextModule, type Context, type Module } from "node:vm";

import { messageOf } from "../../core/errors.ts";
import { entryModule } from "../../core/module.ts";
import { refuseUntrusted } from "../../core/trust.ts";
import { invalid } from "./invalid.ts";

/** A module as it was read, and as it is run. */
export interface Source {
  readonly text: string;
  /** Without types. */
  readonly code: string;
}

/** Modules by their paths, in the order in which they were first named. */
export type Sources = Map<string, Source>;

const KINDS = [".ts", ".mts", ".js", ".mjs"];

/**
 * Compiles a module and all that it imports, and links them. They import each other by relative
 * paths, and "salvor".
 *
 * @throws {SalvorError} PROJECTION_INVALID with file and line; CONFIG_UNTRUSTED.
 */
export async function compileModules(
  path: string,
  salvor: Module,
  context: Context,
  sources: Sources,
): Promise<SourceTextModule> {
  const modules = new Map<string, SourceTextModule>();
  const take = (each: string, from: string): SourceTextModule => {
    const real = realPath(each, from);
    const known = modules.get(real);
    if (known !== undefined) return known;
    const module = compile(real, context, sources);
    modules.set(real, module);
    return module;
  };
  const first = take(path, path);
  await first.link((specifier, { identifier }) => {
    if (specifier === "salvor") return salvor;
    if (/^\.\.?\//.test(specifier))
      return take(resolve(dirname(identifier), specifier), identifier);
    throw refusedImport(identifier, sources.get(identifier)?.text ?? "", specifier);
  });
  return first;
}

/** The module that is in there before any other; see inside-main.ts. */
export function compileInside(context: Context): SourceTextModule {
  return new SourceTextModule((insideCode ??= readInside()), {
    context,
    identifier: "salvor:inside",
  });
}

let insideCode: string | null = null;

function readInside(): string {
  const { pathname } = entryModule("projections/code/inside-main");
  const path = decodeURIComponent(pathname);
  const text = readFileSync(path, "utf8");
  return path.endsWith(".ts") ? stripTypeScriptTypes(text) : text;
}

function realPath(path: string, from: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const what = path === from ? "cannot be read" : `imports ${path}, which cannot be read`;
    throw invalid(from, null, `${what}: ${messageOf(error)}`);
  }
}

function compile(path: string, context: Context, sources: Sources): SourceTextModule {
  const source = sources.get(path) ?? readSource(path);
  sources.set(path, source);
  try {
    return new SourceTextModule(source.code, { context, identifier: path });
  } catch (error) {
    throw invalid(`${path}${lineOfSyntax(source.text)}`, null, messageOf(error));
  }
}

function readSource(path: string): Source {
  if (!KINDS.includes(extname(path))) {
    throw invalid(path, null, `is no module of TypeScript or JavaScript (${KINDS.join(", ")})`);
  }
  const text = readText(path);
  refuseDynamicImport(path, text);
  if (!extname(path).endsWith("ts")) return { text, code: text };
  try {
    return { text, code: stripTypeScriptTypes(text) };
  } catch (error) {
    throw invalid(`${path}${lineOfSyntax(text)}`, null, messageOf(error));
  }
}

/** What others may write to is not run, whoever imports it. What is judged is what is read. */
function readText(path: string): string {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw invalid(path, null, `cannot be read: ${messageOf(error)}`);
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw invalid(path, null, "is not a file");
    refuseUntrusted(path, stats);
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

/** Only the one that strips types says where it stumbled. */
function lineOfSyntax(text: string): string {
  try {
    stripTypeScriptTypes(text);
    return "";
  } catch (error) {
    return /^:\d+/.exec(error instanceof Error ? (error.stack ?? "") : "")?.[0] ?? "";
  }
}

/** `import(…)`, which would hand out an object of the outside, and `import.meta`, which has no use. */
const DYNAMIC = /(?<![\w$.#])import(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n\r\u2028\u2029]*)*[(.]/u;

function refuseDynamicImport(path: string, text: string): void {
  const found = DYNAMIC.exec(text);
  if (found === null) return;
  const line = lineAt(text, found.index);
  throw invalid(`${path}:${line}`, null, "uses import( or import.meta, which are not there");
}

function refusedImport(path: string, text: string, specifier: string): Error {
  const at = text.indexOf(specifier);
  const where = at < 0 ? path : `${path}:${lineAt(text, at)}`;
  const message = `imports "${specifier}"; a projection imports "salvor" and relative paths only`;
  return invalid(where, null, message);
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
