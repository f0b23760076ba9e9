/** `npm run docs`: writes the documents that are made from the catalogue of errors and findings. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { errorsDocument, errorsDocumentPath } from "./errors-document.ts";
import { root } from "./source-files.ts";

for (const language of ["en", "de"] as const) {
  writeFileSync(path.join(root, errorsDocumentPath[language]), errorsDocument(language));
}
