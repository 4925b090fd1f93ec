/** The word that `text` was probably meant to be, or null when none is near enough. */
export function nearest(text: string, words: readonly string[]): string | null {
  const given = text.toLowerCase();
  const distanceMax = Math.max(1, Math.floor(text.length / 3));
  let best: string | null = null;
  let bestDistance = distanceMax + 1;
  for (const word of words) {
    const distance = editDistance(given, word.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [word, distance];
  }
  return best;
}

/** Insertions, deletions, replacements and swapped neighbours; `limit` once it cannot be less. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(previous, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwap ? at(beforePrevious, column - 2) + 1 : replaced;
      const moved = Math.min(at(previous, column), at(current, column - 1)) + 1;
      current.push(Math.min(replaced, swapped, moved));
    }
    if (Math.min(...current, ...previous) >= limit) return limit;
    [beforePrevious, previous] = [previous, current];
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
