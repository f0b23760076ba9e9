/** What changed in an instance, as lines for people: a heading for each kind, the newest rows below it. */

import { formatCount, formatTime } from "../../messages/format-values.ts";
import type { Language, Messages } from "../../messages/messages.ts";
import { fill } from "../../messages/sentence.ts";
import type { InstanceDifference, KindDifference } from "../../openwebui/compare/compare-instances.ts";
import { type DifferentRow, type RowState, rowStates } from "../../openwebui/compare/compare-rows.ts";
import type { DifferentSetting } from "../../openwebui/compare/compare-settings.ts";
import { type ComparedKind, comparedKinds } from "../../openwebui/compare/compared-kinds.ts";
import { clipped, printable } from "./table.ts";

interface Words {
  readonly messages: Messages;
  readonly language: Language;
}

/** Rows shown of each kind and state; settings shown in all. */
const shownRows = 10;
const shownSettings = 40;
const titleColumns = 80;
const marks: Readonly<Record<RowState, string>> = { added: "+", changed: "~", deleted: "-" };

export function differenceLines({ kinds, settings }: InstanceDifference, words: Words): readonly string[] {
  const differ = kinds.filter(({ counts }) => rowStates.some((state) => counts[state] > 0));
  const same = kinds.filter((kind) => !differ.includes(kind)).map(({ kind }) => nameOf(kind, words));
  if (settings.length === 0) same.push(words.messages.contents.diff.settings);
  return [
    ...differ.flatMap((kind) => [...kindLines(kind, words), ""]),
    ...(settings.length === 0 ? [] : [...settingLines(settings, words), ""]),
    ...(same.length === 0 ? [] : [fill(words.messages.contents.diff.unchangedKinds, { names: same.join(", ") })]),
  ];
}

function nameOf(kind: KindDifference["kind"], { messages }: Words): string {
  return messages.instance.tables[comparedKinds[kind].table];
}

function kindLines({ kind, before = 0, after = 0, counts, rows }: KindDifference, words: Words): readonly string[] {
  const { messages, language } = words;
  const name = nameOf(kind, words);
  const count = (value: number): string => formatCount(value, language);
  const heading = fill(messages.contents.diff.kind, {
    name: name.charAt(0).toUpperCase() + name.slice(1),
    before: count(before),
    after: count(after),
  });
  const lists = rowStates.flatMap((state) => {
    const shown = rows[state].slice(0, shownRows).map((row) => `  ${marks[state]}  ${rowText(row, kind, words)}`);
    return [...shown, ...moreLine(counts[state] - shown.length, words)];
  });
  return [`${heading}; ${statesText(counts, words)}`, ...lists];
}

function statesText(counts: Readonly<Record<RowState, number>>, { messages, language }: Words): string {
  const [added, changed, deleted] = rowStates.map((state) => formatCount(counts[state], language));
  return fill(messages.contents.diff.states, { added: added ?? "", changed: changed ?? "", deleted: deleted ?? "" });
}

function moreLine(count: number, { messages, language }: Words): readonly string[] {
  return count > 0 ? [`     ${fill(messages.contents.diff.more, { count: formatCount(count, language) })}`] : [];
}

function rowText(row: DifferentRow, kind: KindDifference["kind"], { messages, language }: Words): string {
  const time = row.updatedMs ?? row.createdMs;
  const name = (title: string): string => clipped(printable(title.replace(/\s+/g, " ")), titleColumns);
  const title = row.title === undefined ? row.id : name(row.title);
  const renamed = row.titleBefore === undefined ? title : `${name(row.titleBefore)} → ${title}`;
  const { parts = [] }: ComparedKind = comparedKinds[kind];
  const counted = parts.find((part) => part.counted)?.table as "chat_message" | undefined;
  const words = messages.contents.diff;
  const told = (sentence: string, count: number | undefined): string[] =>
    count === undefined || counted === undefined
      ? []
      : [fill(sentence, { count: formatCount(count, language), parts: words[counted] })];
  const owner = row.owner === undefined ? "" : ` (${name(row.owner)})`;
  const details = [...told(words.partsAdded, row.partsAdded), ...told(words.partsDeleted, row.partsDeleted)];
  return [`${time === undefined ? "" : `${formatTime(time)}  `}${renamed}${owner}`, ...details].join(", ");
}

function settingLines(settings: readonly DifferentSetting[], words: Words): readonly string[] {
  const counts = { added: 0, changed: 0, deleted: 0 };
  for (const { state } of settings) counts[state] += 1;
  const shown = settings.slice(0, shownSettings).map(({ key, state, before, after }) => {
    const values = [before, after].flatMap((value) => (value === undefined ? [] : [printable(value)]));
    return `  ${marks[state]}  ${printable(key)}${values.length === 0 ? "" : `: ${values.join(" → ")}`}`;
  });
  const heading = `${words.messages.contents.diff.settings}: ${statesText(counts, words)}`;
  return [heading, ...shown, ...moreLine(settings.length - shown.length, words)];
}
