/** Cells whose payload goes on on overflow pages, five numbers each. Crosses threads as one array. */
export class SpillList {
  #numbers = new Uint32Array(1024);
  #used = 0;

  add(page: number, cell: number, first: number, pages: number, hasText: boolean): void {
    if (this.#used + SPILL_NUMBERS > this.#numbers.length) {
      const larger = new Uint32Array(2 * this.#numbers.length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const numbers = this.#numbers;
    numbers[this.#used++] = page;
    numbers[this.#used++] = cell;
    numbers[this.#used++] = first;
    numbers[this.#used++] = pages;
    numbers[this.#used++] = hasText ? 1 : 0;
  }

  /** What was added, and nothing more. */
  finish(): Uint32Array<ArrayBuffer> {
    return this.#numbers.slice(0, this.#used);
  }
}

/** Numbers a spill takes in a list. */
export const SPILL_NUMBERS = 5;
