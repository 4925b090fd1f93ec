/** Waits for both, also where one fails: nothing goes on behind whoever hears of the error. */
export async function settled<One, Other>(
  one: Promise<One>,
  other: Promise<Other>,
): Promise<readonly [One, Other]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}
