import { styleText } from "node:util";

/** What a word means; colours follow from it. */
export type Tone = "good" | "bad" | "warning" | "faint" | "strong";

/** How text for people is written. */
export interface Style {
  /** Colours a word, or does not. The word must be escaped already. */
  paint(tone: Tone, text: string): string;
}

const COLOURS = {
  good: "green",
  bad: "red",
  warning: "yellow",
  faint: "dim",
  strong: "bold",
} as const satisfies Record<Tone, Parameters<typeof styleText>[0]>;

/** For terminals that show colours. */
export const colourful: Style = {
  paint: (tone, text) => styleText(COLOURS[tone], text, { validateStream: false }),
};

/** For files, pipes, `--no-color` and NO_COLOR. */
export const plain: Style = { paint: (_tone, text) => text };
