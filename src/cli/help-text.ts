/** The text of --help, made from the tables and the words of one language. */
import type { Messages } from "../messages/messages.ts";
import { fill } from "../messages/sentence.ts";
import {
  type CommandName,
  commandNames,
  commandsOf,
  commandTable,
  type OptionName,
  optionTable,
} from "./option-table.ts";
import { displayWidth, wrapped } from "./output/table.ts";

/** `obhut --help` */
export function overviewLines(messages: Messages, columns: number): readonly string[] {
  const { headings } = messages.help;
  return [
    headings.tagline,
    "",
    `${headings.usage}: obhut ${headings.commandWord} [${headings.optionsWord}]`,
    "",
    `${headings.commands}:`,
    ...twoColumns(commandRows(commandNames, messages), columns),
    "",
    `${headings.exitCodes}:`,
    ...wrapped(headings.exitCodeList, columns - 2).map((line) => `  ${line}`),
    "",
    headings.more,
  ];
}

/** `obhut key --help`: the commands that begin with the word. */
export function groupLines(group: string, messages: Messages, columns: number): readonly string[] {
  const { headings } = messages.help;
  return [
    `${headings.usage}: obhut ${group} ${headings.commandWord} [${headings.optionsWord}]`,
    "",
    `${headings.commands}:`,
    ...twoColumns(commandRows(commandsOf(group), messages), columns),
    "",
    headings.more,
  ];
}

function commandRows(names: readonly CommandName[], { help }: Messages): readonly (readonly [string, string])[] {
  return names.map((name) => [name, help.commands[name].summary]);
}

/** `obhut COMMAND --help` */
export function commandLines(command: CommandName, messages: Messages, columns: number): readonly string[] {
  const { commands, headings, values } = messages.help;
  const spec = commandTable[command];
  const positionals = spec.arguments.map(({ value, optional, repeatable }) => {
    const word = `${values[value]}${repeatable ? "..." : ""}`;
    return optional ? `[${word}]` : word;
  });
  const usage = ["obhut", command, ...positionals, `[${headings.optionsWord}]`].join(" ");
  const rows = spec.arguments.map(({ value }) => [values[value], argumentHelp(value, messages)] as const);
  return [
    `${headings.usage}: ${usage}`,
    "",
    ...wrapped(commands[command].about, columns),
    ...(rows.length === 0 ? [] : ["", `${headings.arguments}:`, ...twoColumns(rows, columns)]),
    "",
    `${headings.options}:`,
    ...twoColumns(
      spec.options.map((name) => optionRow(name, messages)),
      columns,
    ),
  ];
}

function argumentHelp(value: string, messages: Messages): string {
  const { headings } = messages.help;
  switch (value) {
    case "destination":
      return headings.destinationHelp;
    case "snapshot":
      return headings.snapshotHelp;
    case "path":
      return headings.snapshotPathHelp;
    case "pattern":
      return headings.findPatternHelp;
    case "object":
      return headings.objectHelp;
    case "pack":
      return headings.packHelp;
    case "key":
      return headings.keyHelp;
    case "id":
      return headings.idHelp;
    case "shell":
      return headings.shellHelp;
    case "command":
      return headings.commandHelp;
    default:
      return headings.dirHelp;
  }
}

function optionRow(name: OptionName, messages: Messages): readonly [string, string] {
  const { short, value } = optionTable[name];
  const long = value === undefined ? `--${name}` : `--${name} ${messages.help.values[value]}`;
  return [short === undefined ? `    ${long}` : `-${short}, ${long}`, fill(messages.help.options[name], {})];
}

/** Term on the left, explanation wrapped on the right; a term that is too long gets a line of its own. */
function twoColumns(rows: readonly (readonly [string, string])[], columns: number): readonly string[] {
  const left = Math.min(30, Math.max(...rows.map(([term]) => displayWidth(term))));
  const right = Math.max(30, columns - left - 4);
  return rows.flatMap(([term, about]) => {
    const text = wrapped(about, right).map((line) => `${" ".repeat(left + 4)}${line}`);
    const fits = displayWidth(term) <= left;
    const head = `  ${term}`;
    const [first = "", ...more] = text;
    return fits ? [head.padEnd(left + 4) + first.trimStart(), ...more] : [head, ...text];
  });
}
