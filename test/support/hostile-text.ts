import fc from "fast-check";

/** What has broken out of documents before, one trick a line. */
const TRICKS: readonly string[] = [
  `<script>document.title="owned"</script>`,
  `"><img src="http://127.0.0.1:9/x" onerror="document.title='owned'">`,
  `'><svg onload=document.title="owned">`,
  `</style><style>body{background:url(http://127.0.0.1:9/y)}</style>`,
  `</details></section></main><h1>All is sound</h1>`,
  "<!-- --> <!-- -- >",
  "]]><![CDATA[",
  "&amp;&#0;&#x1b;&lt;script&gt;",
  "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
  "a | b || c \\| d",
  "`one` ``two`` ```\nthree",
  "```\n# owned\n```",
  "# owned\n\n- owned\n\n| owned |\n|---|",
  "[owned](javascript:alert(1)) ![owned](http://127.0.0.1:9/z) <http://127.0.0.1:9/>",
  "https://127.0.0.1:9/a www.example.com someone@example.com",
  "**owned** __owned__ ~~owned~~ *a* _b_ \\",
  "1. owned",
  "   padded   ",
  "=====",
  "\u001b[2J\u001b]0;owned\u0007 \u009b31m \u0000 \u007f \b\r\n\t",
  "invoice\u202egpj.exe\u2066 \u200f\u061c\ufeff\u2028\u2029",
  "\ud800 half \udc00 pair \ud83d",
  "\ufffe\uffff\u{1fffe}",
  "__proto__",
  "constructor",
  "xmlns:a xml-b -c 1d",
  "x".repeat(5_000),
];

/** Text as data may hold it: tricks, any UTF-16 units, any characters, and all of them together. */
export function hostileText(): fc.Arbitrary<string> {
  const units = fc
    .array(fc.integer({ min: 0, max: 0xff_ff }), { maxLength: 12 })
    .map((codes) => String.fromCharCode(...codes));
  const part = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...TRICKS) },
    { weight: 1, arbitrary: units },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  );
  return fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(""));
}
