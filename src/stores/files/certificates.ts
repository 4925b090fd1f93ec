import { X509Certificate } from "node:crypto";

import { messageOf } from "../../core/errors.ts";

const DAY_MS = 86_400_000;
/** So long before its end a certificate has to be renewed. */
const SOON_DAYS = 30;

/** What is to be said of a certificate. */
export interface CertificateVerdict {
  readonly verdict: "damaged" | "early" | "expired" | "expiring";
  readonly description: string;
}

const PEM = /-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE)-----[^-]*-----END \1-----/g;
const BEGIN = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/g;
const PRIVATE_KEY = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/;
const CERTIFICATE_NAME = /\.(?:pem|crt|cer)$/i;
const DER_SEQUENCE = 0x30;

/** Is a file of this name looked into for certificates? */
export function holdsCertificates(name: string): boolean {
  return CERTIFICATE_NAME.test(name);
}

/** Is there a private key in it? */
export function holdsPrivateKey(bytes: Uint8Array): boolean {
  return PRIVATE_KEY.test(Buffer.from(bytes).toString("latin1"));
}

/** What somebody should know of the certificates in a file; nothing when all are in order. */
export function judgeCertificates(bytes: Uint8Array, nowMs: number): CertificateVerdict[] {
  const text = Buffer.from(bytes).toString("latin1");
  const begun = text.match(BEGIN)?.length ?? 0;
  const blocks = text.match(PEM) ?? [];
  if (begun === 0) return bytes[0] === DER_SEQUENCE ? judge(bytes, nowMs) : [];
  const found = blocks.flatMap((block) => judge(Buffer.from(block), nowMs));
  if (blocks.length === begun) return found;
  return [...found, { verdict: "damaged", description: "a certificate in it is cut off" }];
}

function judge(bytes: Uint8Array, nowMs: number): CertificateVerdict[] {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(bytes);
  } catch (error) {
    return [
      { verdict: "damaged", description: `a certificate is unreadable: ${messageOf(error)}` },
    ];
  }
  const name = certificate.subject.replaceAll("\n", ", ") || "a certificate";
  const from = certificate.validFromDate.getTime();
  const until = certificate.validToDate.getTime();
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  if (until < nowMs)
    return [{ verdict: "expired", description: `${name} has expired on ${day(until)}` }];
  if (from > nowMs)
    return [{ verdict: "early", description: `${name} is not valid before ${day(from)}` }];
  const days = Math.floor((until - nowMs) / DAY_MS);
  if (days >= SOON_DAYS) return [];
  return [
    { verdict: "expiring", description: `${name} expires in ${days} days, on ${day(until)}` },
  ];
}
