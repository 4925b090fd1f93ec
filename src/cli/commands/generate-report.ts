import { renderReport } from "../../reports/render-report.ts";
import { defineCommand } from "../command.ts";
import { safe } from "../show/text.ts";

/** `salvor generate-report` */
export const generateReportCommand = defineCommand({
  name: "generate-report",
  purpose:
    "Tells what was found, what was done when, the proof, the losses and the timings: of the whole as it is now, of one run, or of a period. As JSON, XML, HTML (one file, for phones and for print) or Markdown.",
  args: {},
  flags: {
    output: { type: "string", value: "file", help: "Write it here; the ending tells the format" },
    format: {
      type: "choice",
      choices: ["json", "xml", "html", "md"],
      help: "Format (default: by the file's ending, else json)",
    },
    incident: { type: "string", value: "id", help: "Of this incident" },
    run: { type: "string", value: "id", help: "Of this run" },
    from: { type: "string", value: "time", help: "Of a period: since this time (RFC 3339)" },
    until: { type: "string", value: "time", help: "Of a period: until this time (RFC 3339)" },
  },
  changes: false,
  statuses: [0],
  example: "salvor generate-report --output report.html",
  async run({ flags, signal, open }) {
    await using salvor = await open();
    const document = await salvor.generateReport(flags, signal);
    const { output, format } = flags;
    if (output !== undefined)
      return { document, status: 0, lines: () => [`wrote ${safe(output)}`] };
    // What is printed is the file that would have been written.
    const text = [...renderReport(document, format ?? "json")].join("").trimEnd();
    return { document, status: 0, lines: () => [text] };
  },
});
