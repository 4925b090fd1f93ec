export async function pruneRepository(..._: unknown[]): Promise<never> {
  throw new Error("not yet");
}
