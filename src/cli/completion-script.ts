/** Completion scripts for shells, made from the command table. They call nothing: what can be typed is written into them. */
import type { Messages } from "../messages/messages.ts";
import { commandNames, commandTable, type OptionName, optionTable, type shells } from "./option-table.ts";

export type Shell = (typeof shells)[number];

export function completionScript(shell: Shell, messages: Messages): string {
  switch (shell) {
    case "bash":
      return bashScript();
    case "zsh":
      return zshScript(messages);
    case "fish":
      return fishScript(messages);
  }
}

const pathValues = new Set(["dir", "file", "destination"]);

/** Options whose value is a path of this machine. */
const pathOptions = (Object.keys(optionTable) as OptionName[]).filter((name) => {
  const { value } = optionTable[name];
  return value !== undefined && pathValues.has(value);
});

function bashScript(): string {
  const cases = commandNames.map((name) => {
    const { options, arguments: positionals } = commandTable[name];
    const choices = positionals.flatMap((argument) => argument.choices ?? []);
    return `    ${name}) words="${[...options.map((option) => `--${option}`), ...choices].join(" ")}" ;;`;
  });
  return `# bash completion for obhut
_obhut() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" word command="" words=""
  case "$previous" in
    ${pathOptions.map((name) => `--${name}`).join("|")}|-r|-p)
      mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null; return ;;
    --lang) mapfile -t COMPREPLY < <(compgen -W "en de" -- "$current"); return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  case "$command" in
${cases.join("\n")}
    *) words="${commandNames.join(" ")}" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [ "\${#COMPREPLY[@]}" -eq 0 ]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null
  fi
}
complete -F _obhut obhut
`;
}

function zshScript(messages: Messages): string {
  const commands = commandNames.map((name) => `    ${single(`${name}:${messages.help.commands[name].summary}`)}`);
  const cases = commandNames.map((name) => {
    const options = commandTable[name].options.map((option) => {
      const { value, repeatable } = optionTable[option];
      const about = messages.help.options[option].replace(/[[\]:]/g, (char) => `\\${char}`);
      const action = value === undefined ? "" : `:${value}:${pathValues.has(value) ? "_files" : " "}`;
      return single(`${repeatable ? "*" : ""}--${option}[${about}]${action}`);
    });
    return `    ${name}) _arguments ${options.join(" ")} '*:file:_files' ;;`;
  });
  return `#compdef obhut
# zsh completion for obhut
_obhut() {
  local -a commands=(
${commands.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join("\n")}
  esac
}
compdef _obhut obhut
`;
}

function fishScript(messages: Messages): string {
  const lines = ["# fish completion for obhut"];
  for (const name of commandNames) {
    const about = single(messages.help.commands[name].summary);
    lines.push(`complete -c obhut -f -n __fish_use_subcommand -a ${name} -d ${about}`);
    for (const option of commandTable[name].options) {
      const { value, short } = optionTable[option];
      const takes = value === undefined ? "" : pathValues.has(value) ? " -r -F" : " -x";
      const letter = short === undefined ? "" : ` -s ${short}`;
      lines.push(
        `complete -c obhut -n '__fish_seen_subcommand_from ${name}' -l ${option}${letter}${takes} -d ${single(messages.help.options[option])}`,
      );
    }
    for (const choice of commandTable[name].arguments.flatMap((argument) => argument.choices ?? [])) {
      lines.push(`complete -c obhut -n '__fish_seen_subcommand_from ${name}' -f -a ${choice}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
