import { count } from "../../core/text.ts";
import type { Proof, ProofCollection } from "../../receipts/proof.ts";
import type { ReportDocument } from "../types.ts";
import { collectionVerdict, otherDifferences, originsText, proofCounts } from "../words.ts";
import { code, keyList, numberCell, pill, section, table, terms } from "./parts.ts";
import { html, type Html } from "./template.ts";

/** The proof: what was expected, what is there, and every difference. */
export function proofsSection({ proofs }: ReportDocument): Iterable<Html> {
  return section("proof", "The proof", content(proofs));
}

function* content(proofs: readonly Proof[]): Generator<Html> {
  if (proofs.length === 0) yield html`<p>Nothing was compared, so nothing is proven.</p>`;
  for (const proof of proofs) yield* proofArticle(proof);
}

function* proofArticle(proof: Proof): Generator<Html> {
  const { expected, actual } = proofCounts(proof);
  const differences = otherDifferences(proof);
  yield html`<article class="proof">
    <h3>${proof.store} ${proof.equal ? pill("equal", "good") : pill("not equal", "bad")}</h3>
    <p>
      ${count(expected)} rows were expected, ${count(actual)} are there. Level:
      <b>${proof.level}</b>; compared with: ${BASIS[proof.basis]}.
    </p>
    ${terms([
      ["Expected digest", code(proof.expected)],
      ["Actual digest", code(proof.actual)],
      ["Where rows come from", originsText(proof)],
    ])}
    ${
      differences.length > 0 &&
      html`<ul>
        ${differences.map((each) => html`<li>${each}</li>`)}
      </ul>`
    }
   `;
  if (proof.collections.length > 0) yield* collectionTable(proof);
  yield* proof.collections.map(keyLists).filter((each) => each !== null);
  yield html`</article>
`;
}

const BASIS: Readonly<Record<Proof["basis"], string>> = {
  snapshot: "the receipt that was sealed with the backup",
  merge: "the backup and what is newer than it",
  package: "the package",
};

/** Collections that differ come first: with hundreds, an auditor looks for them. */
function* collectionTable(proof: Proof): Generator<Html> {
  const isEqual = (each: ProofCollection) => collectionVerdict(each) === "equal";
  const ordered = proof.collections.toSorted((a, b) => Number(isEqual(a)) - Number(isEqual(b)));
  yield* table(
    `Collections of ${proof.store}`,
    [
      { name: "Collection" },
      { name: "Verdict" },
      { name: "Expected", isNumber: true },
      { name: "Actual", isNumber: true },
      { name: "Digest" },
    ],
    ordered.map(collectionRow),
  );
}

function collectionRow(collection: ProofCollection): Html {
  const { name, expected, actual } = collection;
  const verdict = collectionVerdict(collection);
  const tone = verdict === "equal" ? "good" : "bad";
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${pill(verdict, tone)}</td>
    ${numberCell(expected?.count ?? "–")}${numberCell(actual?.count ?? "–")}
    <td>${digests(expected?.digest, actual?.digest)}</td>
  </tr> `;
}

/** One digest where both are the same; else the expected one above the actual one. */
function digests(expected: string | undefined, actual: string | undefined): Html {
  if (expected === actual) return digest(expected);
  return html`<div>expected ${digest(expected)}</div>
    <div>actual ${digest(actual)}</div>`;
}

const DIGEST_SHOWN = "sha256:".length + 16;

function digest(value: string | undefined): Html {
  return html`<code title="${value}"
    >${value === undefined ? "none" : `${value.slice(0, DIGEST_SHOWN)}…`}</code
  >`;
}

function keyLists({ name, missing, extra, changed, total, file }: ProofCollection): Html | null {
  if (total.missing + total.extra + total.changed === 0) return null;
  return html`<h4>Rows of ${name} that differ</h4>
    <div class="columns">
      ${keyList("missing", missing, total.missing)}${keyList("extra", extra, total.extra)}${keyList("changed", changed, total.changed)}
    </div>
    ${file !== null && html`<p>All keys stand in ${code(file)}</p>`} `;
}
