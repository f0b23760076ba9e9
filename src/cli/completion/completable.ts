/** What can be typed, read from the command table: what the scripts of all shells are made of. */
import { commandNames, commandsOf, type OptionName, optionTable } from "../option-table.ts";

/** Values that are paths of this machine. */
export const pathValues: ReadonlySet<string> = new Set(["dir", "file", "destination"]);

const optionNames = Object.keys(optionTable) as OptionName[];

/** As they are typed, `-r` among them, each once. */
function spellings(names: readonly OptionName[]): readonly string[] {
  const all = names.flatMap((name) => {
    const { short } = optionTable[name];
    return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
  });
  return [...new Set(all)];
}

/** Options whose value is a path of this machine. */
export const pathOptions = spellings(optionNames.filter((name) => pathValues.has(optionTable[name].value ?? "")));

/** What stands behind one of these is its value, not a command. */
export const valueOptions = spellings(optionNames.filter((name) => optionTable[name].value !== undefined));

export const choiceOptions = optionNames.flatMap((name) => {
  const { choices } = optionTable[name];
  return choices === undefined ? [] : [{ name, choices }];
});

/** They may stand before the command as well. */
export const everywhere = ["json", "quiet", "lang", "help"] as const satisfies readonly OptionName[];

export const firstWords = [...new Set(commandNames.map((name) => name.split(" ")[0] ?? ""))];

export function secondWords(group: string): readonly string[] {
  return commandsOf(group).map((name) => name.slice(group.length + 1));
}

/** In single quotes, for a shell. */
export function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
