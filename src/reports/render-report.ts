import { renderHtml } from "./html/render-html.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown/render-markdown.ts";
import type { ReportDocument, ReportFormat } from "./types.ts";
import { renderXml } from "./xml.ts";

const RENDERERS: Readonly<Record<ReportFormat, (document: ReportDocument) => Iterable<string>>> = {
  json: renderJson,
  xml: renderXml,
  html: renderHtml,
  md: renderMarkdown,
};

/** The report in pieces, in order: however long it is, no more than one entry of it is held. */
export function renderReport(document: ReportDocument, format: ReportFormat): Iterable<string> {
  return RENDERERS[format](document);
}
