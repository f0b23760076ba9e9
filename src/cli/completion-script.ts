/** Completion scripts for shells, made from the command table. They call nothing: what can be typed is written into them. */
import type { Messages } from "../messages/messages.ts";
import {
  commandGroups,
  commandNames,
  commandsOf,
  commandTable,
  isCommandName,
  type OptionName,
  optionTable,
  type shells,
} from "./option-table.ts";

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

const firstWords = [...new Set(commandNames.map((name) => name.split(" ")[0] ?? ""))];

function secondWords(group: string): readonly string[] {
  return commandsOf(group).map((name) => name.slice(group.length + 1));
}

function bashScript(): string {
  const cases = commandNames.map((name) => {
    const { options, arguments: positionals } = commandTable[name];
    const choices = positionals.flatMap((argument) => argument.choices ?? []);
    return `    "${name}") words="${[...options.map((option) => `--${option}`), ...choices].join(" ")}" ;;`;
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
    case "$word" in -*) continue ;; esac
    command="\${command:+$command }$word"
    case "$command" in ${["''", ...commandGroups].join("|")}) ;; *) break ;; esac
  done
  case "$command" in
${cases.join("\n")}
${commandGroups.map((group) => `    ${group}) words="${secondWords(group).join(" ")}" ;;`).join("\n")}
    *) words="${firstWords.join(" ")}" ;;
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
  const described = (words: readonly (readonly [string, string])[]): string =>
    words.map(([word, about]) => `    ${single(`${word}:${about}`)}`).join("\n");
  const about = (word: string): string => {
    const names = isCommandName(word) ? [word] : commandsOf(word);
    return names.map((name) => messages.help.commands[name].summary).join("; ");
  };
  const groups = commandGroups.map((group) => {
    const words = commandsOf(group).map((name) => [name.slice(group.length + 1), about(name)] as const);
    return `  if [[ \${words[2]} == ${group} ]]; then
    if (( CURRENT == 3 )); then
      commands=(
${described(words)}
      )
      _describe command commands
      return
    fi
    command="${group} \${words[3]}"
    shift words
    (( CURRENT-- ))
  fi`;
  });
  const cases = commandNames.map((name) => {
    const options = commandTable[name].options.map((option) => {
      const { value, repeatable } = optionTable[option];
      const about = messages.help.options[option].replace(/[[\]:]/g, (char) => `\\${char}`);
      const action = value === undefined ? "" : `:${value}:${pathValues.has(value) ? "_files" : " "}`;
      return single(`${repeatable ? "*" : ""}--${option}[${about}]${action}`);
    });
    return `    "${name}") _arguments ${options.join(" ")} '*:file:_files' ;;`;
  });
  return `#compdef obhut
# zsh completion for obhut
_obhut() {
  local -a commands=(
${described(firstWords.map((word) => [word, about(word)]))}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="\${words[2]}"
${groups.join("\n")}
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
  for (const group of commandGroups) lines.push(`complete -c obhut -f -n __fish_use_subcommand -a ${group}`);
  for (const name of commandNames) {
    const about = single(messages.help.commands[name].summary);
    const [first = "", second] = name.split(" ");
    const seen = second === undefined ? `__fish_seen_subcommand_from ${first}` : secondSeen(first, second);
    lines.push(
      second === undefined
        ? `complete -c obhut -f -n __fish_use_subcommand -a ${first} -d ${about}`
        : `complete -c obhut -f -n '__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${secondWords(first).join(" ")}' -a ${second} -d ${about}`,
    );
    for (const option of commandTable[name].options) {
      const { value, short } = optionTable[option];
      const takes = value === undefined ? "" : pathValues.has(value) ? " -r -F" : " -x";
      const letter = short === undefined ? "" : ` -s ${short}`;
      lines.push(
        `complete -c obhut -n '${seen}' -l ${option}${letter}${takes} -d ${single(messages.help.options[option])}`,
      );
    }
    for (const choice of commandTable[name].arguments.flatMap((argument) => argument.choices ?? [])) {
      lines.push(`complete -c obhut -n '${seen}' -f -a ${choice}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function secondSeen(first: string, second: string): string {
  return `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
}

function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
