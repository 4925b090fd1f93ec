import { setTimeout as delay } from "node:timers/promises";
import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

const WIDTH_MAX = 88;
const PAUSE_MS = 1200;

/** Speaks to the audience: paced on a terminal, at once elsewhere, in colour where it is wanted. */
export class Stage {
  #act = 0;

  /** Begins an act, after a moment to take in the last one. */
  async act(title: string): Promise<void> {
    if (this.#act > 0) await this.pause();
    this.#act += 1;
    write(`\n${paint("bold", `${this.#act}  ${title}`)}\n`);
  }

  /** Explains, wrapped to the width of the terminal. */
  say(text: string): void {
    for (const line of wrap(text, width() - 3)) write(`   ${line}\n`);
  }

  /** A command line as somebody would type it. */
  command(line: string): void {
    write(`\n   ${paint("dim", "$")} ${paint("cyan", line)}\n`);
  }

  /** What a program printed: indented, and broken where the terminal would break it. */
  output(text: string, linesMax: number = 40): void {
    const lines = text
      .trimEnd()
      .split("\n")
      .flatMap((line) => chopped(line, process.stdout.columns ?? Number.POSITIVE_INFINITY));
    for (const line of lines.slice(0, linesMax)) write(`   ${paint("dim", "│")} ${line}\n`);
    const rest = lines.length - linesMax;
    if (rest > 0) write(`   ${paint("dim", `│ … and ${rest} more lines`)}\n`);
  }

  good(text: string): void {
    this.#verdict(paint("green", "✓"), text);
  }

  bad(text: string): void {
    this.#verdict(paint("red", "✗"), text);
  }

  /** A moment to read, for people only. */
  async pause(): Promise<void> {
    if (process.stdout.isTTY && process.env["CI"] === undefined) await delay(PAUSE_MS);
  }

  #verdict(sign: string, text: string): void {
    const [first = "", ...rest] = wrap(text, width() - 5);
    write(`   ${sign} ${first}\n`);
    for (const line of rest) write(`     ${line}\n`);
  }
}

/** Breaks text at spaces; a word that is longer than a line stays whole. */
function wrap(text: string, size: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > size) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A line in pieces that fit behind the indentation. */
function chopped(line: string, columns: number): string[] {
  const size = Math.max(20, columns - 6);
  const count = Math.max(1, Math.ceil(line.length / size));
  return Array.from({ length: count }, (_, at) => line.slice(at * size, (at + 1) * size));
}

function width(): number {
  return Math.max(30, Math.min(process.stdout.columns ?? WIDTH_MAX, WIDTH_MAX));
}

function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout, validateStream: true });
}

function write(text: string): void {
  process.stdout.write(text);
}
