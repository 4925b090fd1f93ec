import { existsSync, readFileSync } from "node:fs";
import { appendFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { systemWorld, type World } from "../../src/core/world.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { createEngine, type Engine } from "../../src/plans/engine.ts";
import { defineStep } from "../../src/plans/define-step.ts";
import type { Plan } from "../../src/plans/types.ts";
import { lockStore } from "../../src/state/locks.ts";
import type { State } from "../../src/state/types.ts";

// A plan whose steps leave marks in files, for killing it anywhere and looking at what is left.

/** Called wherever a process might die. */
export type Point = () => void;

const folderOf = z.strictObject({ folder: z.string() });

/** Appends one line, and knows by the line whether it has; twice would show. */
const appendStep = (point: Point) =>
  defineStep({
    name: "append",
    summary: "Appends a line to a file",
    parameters: folderOf,
    limits: { attempts: 2, timeoutMs: 10_000 },
    done: async ({ parameters, step }) => linesOf(parameters.folder).includes(step),
    run: async ({ parameters, step, outputs }) => {
      point();
      await appendFile(join(parameters.folder, "lines"), `${step}\n`);
      point();
      return { line: step, after: [...outputs.keys()] };
    },
    undo: async ({ parameters, step }) => {
      const left = linesOf(parameters.folder).filter((line) => line !== step);
      point();
      await writeFile(join(parameters.folder, "lines"), left.map((line) => `${line}\n`).join(""));
      point();
    },
  });

/** Makes a folder under a name that only the journal knows, written there before it is made. */
const makeFolderStep = (point: Point) =>
  defineStep({
    name: "make-folder",
    summary: "Makes a folder with a random name",
    parameters: folderOf,
    limits: { attempts: 2, timeoutMs: 10_000 },
    done: async ({ recorded }) => existsSync(nameIn(recorded)),
    run: async (context) => {
      if (nameIn(context.recorded) === "") {
        await context.record({
          made: join(context.parameters.folder, context.world.newId("made")),
        });
      }
      point();
      await mkdir(nameIn(context.recorded));
      point();
      return {};
    },
    undo: async ({ recorded }) => {
      point();
      if (nameIn(recorded) !== "") await rm(nameIn(recorded), { recursive: true, force: true });
      point();
    },
  });

function nameIn(recorded: JsonObject): string {
  const made = recorded["made"];
  return typeof made === "string" ? made : "";
}

const breakStep = defineStep({
  name: "break",
  summary: "Fails",
  parameters: folderOf,
  limits: { attempts: 1, timeoutMs: 10_000 },
  run: async () => {
    throw new Error("broken on purpose");
  },
});

/** The same state, with a place to die before and after each commit. */
export function mortal(inner: State, point: Point): State {
  return {
    ...inner,
    transaction: async (work) => {
      point();
      const result = await inner.transaction(work);
      point();
      return result;
    },
  };
}

/** Lines that the plan's steps have left. */
export function linesOf(folder: string): readonly string[] {
  const path = join(folder, "lines");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").split("\n").filter(Boolean);
}

/** One line, one folder, one line; and an end that turns everything back, if asked for. */
export function filePlan(folder: string, breaks: boolean): Plan {
  const actions = ["append", "make-folder", "append", ...(breaks ? ["break"] : [])];
  return {
    name: "files",
    subject: ["shop"],
    steps: actions.map((action, index) => ({
      id: `s${index}`,
      action,
      name: action,
      description: action,
      parameters: { folder },
      dependsOn: index === 0 ? [] : [`s${index - 1}`],
      estimatedMs: null,
      onFailure: "undo",
    })),
  };
}

/** An engine that knows these steps. */
export function fileEngine(state: State, point: Point): Engine<{ outputs: unknown }> {
  const world: World = systemWorld();
  return createEngine({
    state,
    world,
    steps: [appendStep(point), makeFolderStep(point), breakStep],
    lockStore: (store) => lockStore(state.folder, store, world),
    summarise: (outputs) => ({ outputs: outputs.map((each) => each.output) }),
    onEvent: () => {},
  });
}
