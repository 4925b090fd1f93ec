export async function checkRepository(..._: unknown[]): Promise<never> {
  throw new Error("not yet");
}
