import { normalSql } from "./normal-sql.ts";
import type { Token } from "../../engine/tokens.ts";

/** Walks through tokens; every step is bounded by their number. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  /** Is the next token this bare word, in any case? Is the one after it `ahead` further? */
  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "word" && token.value.toUpperCase() === word;
  }

  isSign(sign: string): boolean {
    const token = this.peek();
    return token?.kind === "other" && token.value === sign;
  }

  /** Steps over the words when all of them follow. */
  takeWords(...words: readonly string[]): boolean {
    if (!words.every((word, index) => this.isWord(word, index))) return false;
    this.#at += words.length;
    return true;
  }

  takeSign(sign: string): boolean {
    if (!this.isSign(sign)) return false;
    this.#at++;
    return true;
  }

  /** The value of the next token, which stands where a name must be; empty at the end. */
  takeName(): string {
    return this.next()?.value ?? "";
  }

  /** Tokens up to the comma or closing parenthesis that is not inside further parentheses. */
  takeItem(): Token[] {
    const start = this.#at;
    for (let depth = 0; !this.isAtEnd; this.#at++) {
      if (this.isSign("(")) depth++;
      else if (depth === 0 && (this.isSign(")") || this.isSign(","))) break;
      else if (this.isSign(")")) depth--;
    }
    return this.#tokens.slice(start, this.#at);
  }

  /** The tokens between a parenthesis and its partner; none when there is no parenthesis. */
  takeParenthesised(): Token[] {
    return this.takeList().flatMap((item, index) => (index === 0 ? item : [COMMA, ...item]));
  }

  /** The comma-separated items between a parenthesis and its partner. */
  takeList(): Token[][] {
    if (!this.takeSign("(")) return [];
    const items = [this.takeItem()];
    while (this.takeSign(",")) items.push(this.takeItem());
    this.takeSign(")");
    return items;
  }

  /** Everything that is left, in one spelling. */
  rest(): string {
    return normalSql(this.#tokens.slice(this.#at));
  }
}

const COMMA: Token = { kind: "other", value: ",", start: 0, end: 0 };
