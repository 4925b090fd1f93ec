import type { ExactJson } from "../../../core/exact-json.ts";
import { buildLine, cutNumber, cutText, type LineCut, type LineForm } from "./line-form.ts";

/** Cuts one member out of a line; undefined when it is not there. */
export type FormField = (cut: LineCut) => ExactJson | undefined;

/** Where lines of a form have the member that a path of names leads to. */
export function formField({ plan }: LineForm, path: string): FormField {
  let { begin, members } = plan;
  const names = path.split(".");
  for (const [at, name] of names.entries()) {
    const isLast = at === names.length - 1;
    const member = members.find(({ key }) => key === name);
    if (member === undefined) {
      const fixed = isLast && Object.hasOwn(begin, name) ? begin[name] : undefined;
      return () => fixed;
    }
    if (member.kind !== "object") return isLast ? cutter(member) : () => undefined;
    if (isLast) return (cut) => buildLine(member.plan, cut);
    ({ begin, members } = member.plan);
  }
  return () => undefined;
}

function cutter({
  kind,
  hole,
}: {
  readonly kind: "text" | "number";
  readonly hole: number;
}): FormField {
  return kind === "text" ? (cut) => cutText(cut, hole) : (cut) => cutNumber(cut, hole);
}
