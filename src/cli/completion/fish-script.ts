import type { Messages } from "../../messages/messages.ts";
import { commandGroups, commandNames, commandTable, type OptionName, optionTable } from "../option-table.ts";
import { everywhere, pathValues, single, valueOptions } from "./completable.ts";

export function fishScript(messages: Messages): string {
  const lines = [
    "# fish completion for obhut",
    "# Whether the words typed so far are of this command: its one or two words, options and their values left out.",
    "function __obhut_at",
    "  set -l words (commandline -opc)",
    "  set -l command",
    "  set -l value",
    "  for word in $words[2..-1]",
    "    if set -q value[1]",
    "      set -e value[1]",
    "      continue",
    "    end",
    "    switch $word",
    `      case ${valueOptions.join(" ")}`,
    "        set value 1",
    "        continue",
    "      case '-*'",
    "        continue",
    "    end",
    "    set -a command $word",
    `    contains -- "$command" ${commandGroups.join(" ")}; or break`,
    "  end",
    '  test "$command" = "$argv[1]"',
    "end",
  ];
  const at = (command: string): string => `complete -c obhut -n "__obhut_at '${command}'"`;
  for (const group of commandGroups) lines.push(`${at("")} -f -a ${group}`);
  for (const name of commandNames) {
    const [first = "", second] = name.split(" ");
    const before = second === undefined ? "" : first;
    lines.push(`${at(before)} -f -a ${second ?? first} -d ${single(messages.help.commands[name].summary)}`);
    for (const option of commandTable[name].options) lines.push(`${at(name)}${fishOption(option, messages)}`);
    for (const choice of commandTable[name].arguments.flatMap((argument) => argument.choices ?? [])) {
      lines.push(`${at(name)} -f -a ${choice}`);
    }
  }
  // They may stand before the command as well.
  for (const option of everywhere) lines.push(`${at("")}${fishOption(option, messages)}`);
  return `${lines.join("\n")}\n`;
}

function fishOption(option: OptionName, messages: Messages): string {
  const { value, short, choices } = optionTable[option];
  const takes = value === undefined ? "" : pathValues.has(value) ? " -r -F" : " -x";
  const words = choices === undefined ? "" : ` -a ${single(choices.join(" "))}`;
  const letter = short === undefined ? "" : ` -s ${short}`;
  return ` -l ${option}${letter}${takes}${words} -d ${single(messages.help.options[option])}`;
}
