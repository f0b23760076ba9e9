/**
 * A call's words, checked against the tables. Node's own parser splits them into tokens; what they mean, and every
 * sentence about what is wrong with them, is ours, so that no foreign English gets into a German terminal.
 */
import { parseArgs } from "node:util";
import { ObhutError } from "../base/errors.ts";
import { type Reason, reason } from "../base/reason-codes.ts";
import { closestName } from "./closest-name.ts";
import {
  type CommandName,
  commandGroups,
  commandNames,
  commandsOf,
  commandTable,
  isCommandName,
  type OptionName,
  optionTable,
} from "./option-table.ts";

/** What was asked for. A value that exists has been checked against its choices. */
export class ParsedArguments {
  /** For `help`, also where `--help` stands behind the first word of several commands: that word is a positional. */
  readonly command: CommandName;
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<OptionName, readonly string[]>;

  constructor(
    command: CommandName,
    positionals: readonly string[],
    values: ReadonlyMap<OptionName, readonly string[]>,
  ) {
    this.command = command;
    this.positionals = positionals;
    this.#values = values;
  }

  flag(name: OptionName): boolean {
    return this.#values.has(name);
  }

  value(name: OptionName): string | undefined {
    return this.#values.get(name)?.[0];
  }

  list(name: OptionName): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

export function usageError(why: Reason): ObhutError<"USAGE"> {
  return new ObhutError("USAGE", { reason: why });
}

/** Throws USAGE. A call without a command, and `--help` anywhere, asks for help: what else is wrong does not matter then. */
export function parseArguments(words: readonly string[]): ParsedArguments {
  const { command, at, about } = commandIn(words);
  const rest = words.filter((_, index) => !at.includes(index));
  return command === undefined ? new ParsedArguments("help", about, new Map()) : parseFor(command, rest);
}

interface FoundCommand {
  /** Undefined: help is asked for. */
  readonly command: CommandName | undefined;
  /** Which of the words it is. */
  readonly at: readonly number[];
  /** What to explain. */
  readonly about: readonly string[];
}

/** The command is the first word that is no option, or the first two; options such as --lang may stand before it. */
function commandIn(words: readonly string[]): FoundCommand {
  const tokens = tokensOf(words).filter((one) => one.kind === "positional" || one.kind === "option-terminator");
  const [first, second] = tokens;
  if (words.includes("--version")) return { command: "version", at: [words.indexOf("--version")], about: [] };
  if (first?.kind !== "positional") {
    const unknown = words.find((word) => word.startsWith("-") && !isGlobalOption(word));
    if (unknown !== undefined) throw usageError(reason("unknownOption", { command: "obhut", name: unknown }));
    return { command: undefined, at: [], about: [] };
  }
  if (isCommandName(first.value)) return { command: first.value, at: [first.index], about: [] };
  if (!commandGroups.includes(first.value)) throw unknownCommand(first.value);
  if (second?.kind === "positional") {
    const name = `${first.value} ${second.value}`;
    if (isCommandName(name)) return { command: name, at: [first.index, second.index], about: [] };
    throw unknownCommand(name);
  }
  if (words.includes("--help") || words.includes("-h")) return { command: undefined, at: [], about: [first.value] };
  const choices = commandsOf(first.value).map((name) => name.slice(first.value.length + 1));
  throw usageError(reason("subcommandMissing", { command: first.value, choices: choices.join(", ") }));
}

/** USAGE for words that are no command. */
export function unknownCommand(name: string): ObhutError {
  const guess = closestName(name, [...commandNames, ...commandGroups]);
  return usageError(
    guess === undefined ? reason("unknownCommand", { name }) : reason("unknownCommandGuess", { name, guess }),
  );
}

function isGlobalOption(word: string): boolean {
  return /^(-h|-q|--help|--json|--quiet|--lang(=.*)?)$/.test(word);
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];

function tokensOf(
  words: readonly string[],
  names = Object.keys(optionTable) as readonly OptionName[],
): readonly Token[] {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {};
  for (const name of names) {
    const { short, value } = optionTable[name];
    options[name] = { type: value === undefined ? "boolean" : "string", ...(short === undefined ? {} : { short }) };
  }
  return parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function parseFor(command: CommandName, words: readonly string[]): ParsedArguments {
  const spec = commandTable[command];
  const values = new Map<OptionName, string[]>();
  const positionals: string[] = [];
  const tokens = tokensOf(words, spec.options);
  if (tokens.some((token) => token.kind === "option" && token.name === "help")) values.set("help", [""]);
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option" || values.has("help")) continue;
    const name = spec.options.find((one) => one === token.name);
    if (name === undefined) throw unknownOption(command, token.rawName);
    values.set(name, [...(values.get(name) ?? []), checkedValue(name, token, values)]);
  }
  if (!values.has("help")) checkPositionals(command, positionals);
  return new ParsedArguments(command, positionals, values);
}

function unknownOption(command: CommandName, name: string): ObhutError {
  const guess = closestName(
    name,
    commandTable[command].options.map((one) => `--${one}`),
  );
  return usageError(
    guess === undefined
      ? reason("unknownOption", { command, name })
      : reason("unknownOptionGuess", { command, name, guess }),
  );
}

type OptionToken = Extract<Token, { kind: "option" }>;

function checkedValue(name: OptionName, token: OptionToken, values: ReadonlyMap<OptionName, unknown>): string {
  const { value, repeatable, choices, empty } = optionTable[name];
  if (value === undefined) {
    if (token.value !== undefined) {
      throw usageError(reason("optionTakesNoValue", { name: token.rawName, value: token.value }));
    }
    return "";
  }
  // A value that looks like an option is a forgotten value; one that really begins with - is written --name=-value.
  const forgotten = token.value?.startsWith("-") && token.value !== "-" && !token.inlineValue;
  if (token.value === undefined || (token.value === "" && !empty) || forgotten) {
    throw usageError(reason("optionNeedsValue", { name: token.rawName }));
  }
  if (values.has(name) && !repeatable) throw usageError(reason("optionOnce", { name: token.rawName }));
  if (choices !== undefined) checkChoice(token.rawName, token.value, choices);
  return token.value;
}

function checkPositionals(command: CommandName, given: readonly string[]): void {
  const wanted = commandTable[command].arguments;
  const extra = wanted.at(-1)?.repeatable ? undefined : given[wanted.length];
  if (extra !== undefined) throw usageError(reason("argumentTooMany", { command, value: extra }));
  wanted.forEach((argument, index) => {
    const value = given[index];
    if (value === undefined && !argument.optional) {
      const needed = wanted.filter(({ optional }) => !optional).map(({ value }) => value.toUpperCase());
      throw usageError(reason("argumentMissing", { command, name: needed.join(" ") }));
    }
    if (value !== undefined && argument.choices !== undefined) {
      checkChoice(argument.value.toUpperCase(), value, argument.choices);
    }
  });
}

function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw usageError(reason("choiceInvalid", { name, value, choices: choices.join(", ") }));
}
