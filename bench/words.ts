import type { Random } from "../test/support/random.ts";

const SYLLABLES =
  "ba be bi bo bra cal ce co da de di do el en er fa fi fo ga ge gra ha he il in ka ki la le li lo ma me mi mo na ne ni no or pa pe pla po qui ra re ri ro sa se si so sta ta te ti to tra u va ve vi za".split(
    " ",
  );

/** Text that compresses about as text does: a few words are everywhere, most are rare. */
export interface Words {
  word(): string;
  name(): string;
  /** A sentence of so many words. */
  sentence(length: number): string;
}

/** A vocabulary of 4,000 made-up words, drawn about as Zipf found that people do. */
export function vocabulary(random: Random): Words {
  const known = Array.from({ length: 4000 }, () =>
    Array.from({ length: 1 + random.below(4) }, () => random.pick(SYLLABLES)).join(""),
  );
  const word = (): string => {
    // The square of an even draw crowds towards the front of the list.
    const draw = random.below(1 << 20) / (1 << 20);
    return known[Math.floor(draw * draw * draw * known.length)] ?? "la";
  };
  return {
    word,
    name: () => `${capital(word())} ${capital(word())}`,
    sentence: (length) => {
      const words = Array.from({ length }, word);
      return `${capital(words.join(" "))}.`;
    },
  };
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
