import { safe } from "../../core/text.ts";

/** Markup that only the template below makes, so that no text from data can pose as it. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** Everything between the literal parts is text, and escaped, unless it is markup already. */
  static of(literals: readonly string[], values: readonly HtmlValue[]): Html {
    const parts = literals.map((literal, index) => literal + markupOf(values[index]));
    return new Html(parts.join(""));
  }

  toString(): string {
    return this.#markup;
  }
}

/** What may stand in a template; null, undefined and false are nothing. */
export type HtmlValue = string | number | null | undefined | false | Html | readonly Html[];

/** The one way to make markup: ``html`<b>${text}</b>` `` escapes `text`. */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.of(literals, values);
}

function markupOf(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.toString();
  if (typeof value === "object") return value.map(String).join("");
  return escapeText(String(value));
}

const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Fit for elements and for quoted attributes. */
function escapeText(text: string): string {
  return safe(text).replaceAll(/[&<>"']/g, (sign) => NAMED[sign] ?? sign);
}
