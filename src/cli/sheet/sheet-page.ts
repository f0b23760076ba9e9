/** A recovery sheet as one page to be printed: nothing is loaded from anywhere, black on white, with the secret as a QR code. */
import { correction, generate } from "lean-qr";
import type { Language } from "../../messages/messages.ts";
import type { SheetContent, SheetSection } from "./sheet-sections.ts";

/** Light modules around a code that a reader needs: ISO/IEC 18004, "quiet zone". */
const quietModules = 4;

export function sheetPage({ title, intro, sections, made }: SheetContent, language: Language): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>
@page { size: A4; margin: 18mm; }
:root { color-scheme: only light; }
body { font: 11pt/1.45 Georgia, "Times New Roman", serif; color: #000; background: #fff; max-width: 174mm; margin: 12mm auto; padding: 0 4mm; }
h1 { font-size: 20pt; margin: 0 0 3mm; }
h2 { font-size: 12pt; margin: 7mm 0 1.5mm; border-bottom: 0.3mm solid #000; }
section { break-inside: avoid; }
p { margin: 1.5mm 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 1mm 4mm; margin: 2mm 0; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; font-size: 10pt; }
pre { margin: 2mm 0; padding: 2mm 3mm; border: 0.2mm solid #000; font: 10pt/1.5 ui-monospace, "DejaVu Sans Mono", Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.secret { display: flex; gap: 8mm; align-items: center; }
.secret pre { font-size: 12pt; white-space: nowrap; flex: 1; }
.secret svg { width: 42mm; height: 42mm; flex: none; }
footer { margin-top: 9mm; font-size: 9pt; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(intro)}</p>
${sections.map(section).join("\n")}
<footer>${escaped(made)}</footer>
</body>
</html>
`;
}

function section({ heading, rows, commands, secret, note }: SheetSection): string {
  const list = rows.map(([label, value]) => `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`).join("");
  return [
    "<section>",
    `<h2>${escaped(heading)}</h2>`,
    ...(list === "" ? [] : [`<dl>${list}</dl>`]),
    ...(secret === undefined ? [] : [`<div class="secret"><pre>${escaped(secret)}</pre>${qrCode(secret)}</div>`]),
    ...commands.map((command) => `<pre>${escaped(command)}</pre>`),
    ...(note === undefined ? [] : [`<p>${escaped(note)}</p>`]),
    "</section>",
  ].join("\n");
}

/** Half of the code may be lost in a fold or a stain and it is still read. */
export function qrCode(text: string): string {
  const code = generate(text, { minCorrectionLevel: correction.Q });
  const size = code.size + 2 * quietModules;
  let path = "";
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x + quietModules} ${y + quietModules}h1v1h-1z`;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges" role="img"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}"/></svg>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
