/** A recovery sheet in the words of one language, before it becomes text or a page. */

import { programVersion } from "../../jobs/program-version.ts";
import type { RecoverySheet } from "../../jobs/recovery-sheet.ts";
import { formatTime } from "../../messages/format-values.ts";
import type { Messages } from "../../messages/messages.ts";
import { fill } from "../../messages/sentence.ts";
import { shellWord } from "../start-commands.ts";

export interface SheetSection {
  readonly heading: string;
  /** Labels and values. */
  readonly rows: readonly (readonly [label: string, value: string])[];
  /** To be typed as they are. */
  readonly commands: readonly string[];
  /** To be typed as it is, and shown as a code too. */
  readonly secret?: string;
  readonly note?: string;
}

export interface SheetContent {
  readonly title: string;
  readonly intro: string;
  readonly sections: readonly SheetSection[];
  readonly made: string;
}

/** `passwordFile`: where the everyday password is; undefined where no file holds it. */
export function sheetContent(
  sheet: RecoverySheet,
  passwordFile: string | undefined,
  { sheet: words }: Messages,
): SheetContent {
  const { repositories, recoveryPassword, hostname, madeMs } = sheet;
  const locations = repositories.map(({ location }) => shellWord(location));
  const everyday =
    passwordFile === undefined ? words.passwordElsewhere : fill(words.passwordFile, { file: passwordFile, hostname });
  const secret = recoveryPassword?.reveal();
  return {
    title: words.title,
    intro: secret === undefined ? words.withoutSecret : words.withSecret,
    sections: [
      ...repositories.map(({ location, id }) => ({
        heading: words.repository,
        rows: [[words.location, location] as const, [words.id, id] as const],
        commands: [],
      })),
      ...(secret === undefined
        ? []
        : [{ heading: words.recoveryPassword, rows: [], commands: [], secret, note: words.typeExactly }]),
      { heading: words.everydayPassword, rows: [], commands: [], note: everyday },
      {
        heading: words.withObhut,
        rows: [],
        commands: locations.map((location) => `obhut restore latest --from ${location} --target restored`),
        note: words.startNote,
      },
      {
        heading: words.withRestic,
        rows: [],
        commands: locations.map((location) => `restic --repo ${location} restore latest --target restored`),
        note: words.resticNote,
      },
    ],
    made: fill(words.made, { date: formatTime(madeMs).slice(0, 10), hostname, version: programVersion() }),
  };
}
