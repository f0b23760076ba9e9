import type { Messages } from "../../messages/messages.ts";
import {
  commandGroups,
  commandNames,
  commandsOf,
  commandTable,
  isCommandName,
  type OptionName,
  optionTable,
} from "../option-table.ts";
import { everywhere, firstWords, pathValues, single, valueOptions } from "./completable.ts";

export function zshScript(messages: Messages): string {
  const listed = (name: string, words: readonly (readonly [string, string])[]): string => `${name}() {
  local -a commands=(
${words.map(([word, about]) => `    ${single(`${word}:${about}`)}`).join("\n")}
  )
  _describe command commands
}`;
  const about = (word: string): string => {
    const names = isCommandName(word) ? [word] : commandsOf(word);
    return names.map((name) => messages.help.commands[name].summary).join("; ");
  };
  const option = (name: OptionName): string => {
    const { value, repeatable, choices } = optionTable[name];
    const text = messages.help.options[name].replace(/[[\]:]/g, (char) => `\\${char}`);
    return single(`${repeatable ? "*" : ""}--${name}[${text}]${value === undefined ? "" : zshValue(value, choices)}`);
  };
  const groups = commandGroups.map((group) => {
    const words = commandsOf(group).map((name) => [name.slice(group.length + 1), about(name)] as const);
    return listed(`_obhut_${group}`, words);
  });
  const cases = commandNames.map((name) => {
    const { options, arguments: positionals } = commandTable[name];
    const places = positionals.map(({ value, choices, repeatable }, index) =>
      single(`${repeatable ? "*" : index + 1}${zshValue(value, choices)}`),
    );
    return `    (${single(name)}) _arguments ${[...options.map(option), ...places].join(" ")} ;;`;
  });
  return `#compdef obhut
# zsh completion for obhut
${listed(
  "_obhut_commands",
  firstWords.map((word) => [word, about(word)]),
)}
${groups.join("\n")}
_obhut() {
  local command= value= word state state_descr line context
  local -A opt_args
  local -i at=1 i
  for (( i = 2; i < CURRENT; i++ )); do
    word=\${words[i]}
    if [[ -n $value ]]; then value=; continue; fi
    case $word in
      (${valueOptions.join("|")}) value=1; continue ;;
      (-*) continue ;;
    esac
    command=\${command:+$command }$word
    at=$i
    case $command in (${commandGroups.join("|")}) ;; (*) break ;; esac
  done
  # What stands before the command is none of its words.
  if [[ -n $command ]]; then
    words=("$words[1]" "\${(@)words[at + 1, -1]}")
    (( CURRENT -= at - 1 ))
  fi
  case $command in
    ('') _arguments ${everywhere.map(option).join(" ")} '1:command:_obhut_commands' ;;
${commandGroups.map((group) => `    (${group}) _obhut_${group} ;;`).join("\n")}
${cases.join("\n")}
  esac
}
compdef _obhut obhut
`;
}

/**
 * The last part of a specification of _arguments: what the value is called, and what it can be. `->` for what only a person knows: a blank
 * there would keep options from being completed as well.
 */
function zshValue(value: string, choices: readonly string[] | undefined): string {
  if (choices !== undefined) return `:${value}:(${choices.join(" ")})`;
  return `:${value}:${pathValues.has(value) ? "_files" : "->unknown"}`;
}
