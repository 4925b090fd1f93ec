export async function repairRepository(..._: unknown[]): Promise<never> {
  throw new Error("not yet");
}
