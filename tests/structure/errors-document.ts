/** docs/errors.md and docs/de/errors.md: every code with its sentence, made from the catalogue itself. */
import { errorCodes } from "../../src/base/error-codes.ts";
import { findingCodes } from "../../src/base/finding-codes.ts";
import type { Language } from "../../src/messages/messages.ts";
import { ofSeveral, type Sentence } from "../../src/messages/sentence.ts";
import { messagesIn } from "../support/messages.ts";

const words = {
  en: {
    title: "Errors and findings",
    made: "Made from the program's own sentences by `npm run docs`. `{name}` stands for a value of the case at hand.",
    errors: "Errors",
    errorsAbout: "An error ends the command. The number is its exit code.",
    findings: "Findings",
    findingsAbout: "A finding does not stop the job. *incomplete* ends it with exit code 3; a *note* changes nothing.",
    weights: { incomplete: "incomplete", note: "note" },
    exit: "exit code",
  },
  de: {
    title: "Fehler und Befunde",
    made: "Aus den Sätzen des Programms erzeugt mit `npm run docs`. `{name}` steht für einen Wert des jeweiligen Falls.",
    errors: "Fehler",
    errorsAbout: "Ein Fehler beendet den Befehl. Die Zahl ist sein Exit-Code.",
    findings: "Befunde",
    findingsAbout:
      "Ein Befund hält nichts auf. *unvollständig* beendet den Lauf mit Exit-Code 3; ein *Hinweis* ändert daran nichts.",
    weights: { incomplete: "unvollständig", note: "Hinweis" },
    exit: "Exit-Code",
  },
} as const;

/** Where the document of a language lies, relative to the project's root. */
export const errorsDocumentPath: Record<Language, string> = { en: "docs/errors.md", de: "docs/de/errors.md" };

export function errorsDocument(language: Language): string {
  const text = words[language];
  const messages = messagesIn(language);
  const errors = Object.entries(errorCodes).map(([code, spec]) =>
    section(code, `${text.exit} ${spec.exit}`, messages.errors[code as keyof typeof errorCodes]),
  );
  const findings = Object.entries(findingCodes).map(([code, spec]) =>
    section(code, text.weights[spec.weight], messages.findings[code as keyof typeof findingCodes]),
  );
  return [
    `# ${text.title}\n`,
    `${text.made}\n`,
    `## ${text.errors}\n`,
    `${text.errorsAbout}\n`,
    ...errors,
    `## ${text.findings}\n`,
    `${text.findingsAbout}\n`,
    ...findings,
  ].join("\n");
}

function section(code: string, kind: string, { what, next }: Sentence): string {
  return `### ${code}\n\n*${kind}* · ${ofSeveral(what)}${next === "" ? "" : `  \n${ofSeveral(next)}`}\n`;
}
