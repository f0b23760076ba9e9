import { commandGroups, commandNames, commandTable } from "../option-table.ts";
import { choiceOptions, firstWords, pathOptions, secondWords, valueOptions } from "./completable.ts";

export function bashScript(): string {
  const cases = commandNames.map((name) => {
    const { options, arguments: positionals } = commandTable[name];
    const choices = positionals.flatMap((argument) => argument.choices ?? []);
    return `    "${name}") words="${[...options.map((option) => `--${option}`), ...choices].join(" ")}" ;;`;
  });
  const choices = choiceOptions.map(
    ({ name, choices }) =>
      `    --${name}) mapfile -t COMPREPLY < <(compgen -W "${choices.join(" ")}" -- "$current"); return ;;`,
  );
  return `# bash completion for obhut
_obhut() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" word command="" words="" value=""
  case "$previous" in
    ${pathOptions.join("|")})
      mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null; return ;;
${choices.join("\n")}
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [ -n "$value" ] && [ "$word" != "=" ]; then value=""; continue; fi
    case "$word" in
      ${valueOptions.join("|")}) value=1; continue ;;
      -*|=) continue ;;
    esac
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
