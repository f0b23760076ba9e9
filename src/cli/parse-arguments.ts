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
  commandNames,
  commandTable,
  isCommandName,
  type OptionName,
  optionTable,
} from "./option-table.ts";

/** What was asked for. A value that exists has been checked against its choices. */
export class ParsedArguments {
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
  const { command, at } = commandIn(words);
  const rest = at < 0 ? words : words.filter((_, index) => index !== at);
  return command === undefined ? new ParsedArguments("help", [], new Map()) : parseFor(command, rest);
}

/** The command is the first word that is no option; options such as --lang may stand before it. */
function commandIn(words: readonly string[]): { command: CommandName | undefined; at: number } {
  const token = tokensOf(words).find((one) => one.kind === "positional" || one.kind === "option-terminator");
  if (words.includes("--version")) return { command: "version", at: words.indexOf("--version") };
  if (token?.kind !== "positional") {
    const unknown = words.find((word) => word.startsWith("-") && !isGlobalOption(word));
    if (unknown !== undefined) throw usageError(reason("unknownOption", { command: "obhut", name: unknown }));
    return { command: undefined, at: -1 };
  }
  if (isCommandName(token.value)) return { command: token.value, at: token.index };
  const guess = closestName(token.value, commandNames);
  throw usageError(
    guess === undefined
      ? reason("unknownCommand", { name: token.value })
      : reason("unknownCommandGuess", { name: token.value, guess }),
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
  const { value, repeatable, choices } = optionTable[name];
  if (value === undefined) {
    if (token.value !== undefined) {
      throw usageError(reason("optionTakesNoValue", { name: token.rawName, value: token.value }));
    }
    return "";
  }
  // A value that looks like an option is a forgotten value; one that really begins with - is written --name=-value.
  const forgotten = token.value?.startsWith("-") && token.value !== "-" && !token.inlineValue;
  if (token.value === undefined || token.value === "" || forgotten) {
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
      throw usageError(reason("argumentMissing", { command, name: argument.value.toUpperCase() }));
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
