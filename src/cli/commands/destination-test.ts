/** `obhut destination test` */
import {
  type DestinationStep,
  type DestinationTestSummary,
  runDestinationTest,
} from "../../jobs/run-destination-test.ts";
import { type PlaceTestSummary, runPlaceTest } from "../../jobs/run-place-test.ts";
import { formatCount, formatSize } from "../../messages/format-values.ts";
import { fill } from "../../messages/sentence.ts";
import { isPlain } from "../../plans/plain-destination.ts";
import { askedTestPlace } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { labelLines } from "../output/table.ts";

const stepWords = {
  reach: "stepReach",
  prepare: "stepPrepare",
  write: "stepWrite",
  read: "stepRead",
  list: "stepList",
  speed: "stepSpeed",
  remove: "stepRemove",
} as const satisfies Record<DestinationStep, string>;

export const run: Command = async (call) => {
  const { args, parts, reporter, messages, signal } = call;
  const destination = askedTestPlace(args, parts.env, parts.folder);
  const done: DestinationStep[] = [];
  const onStep = (step: DestinationStep): void => {
    done.push(step);
    reporter.record("step", { step });
  };
  try {
    if (isPlain(destination)) {
      const summary = await runPlaceTest(destination, parts, { signal, onStep });
      reporter.summary({ command: "destination test", ...summary }, () => placeLines(summary, call));
    } else {
      const summary = await runDestinationTest(destination, parts, { signal, onStep });
      reporter.summary({ command: "destination test", ...summary }, () => summaryLines(summary, call));
    }
    return 0;
  } catch (error) {
    const steps = done.map((step) => messages.output[stepWords[step]]).join(", ");
    if (done.length > 0 && !args.flag("quiet")) reporter.lines([fill(messages.output.destinationUntil, { steps })]);
    throw error;
  }
};

function placeLines(summary: PlaceTestSummary, { messages, language }: CommandCall): readonly string[] {
  const words = messages.output;
  const speed = (bytes: number): string => fill(words.perSecond, { size: formatSize(bytes, language) });
  const { portable, foldsCase, utf8 } = summary.names;
  const changed = [
    ...(portable ? [words.namesPortable] : []),
    ...(foldsCase ? [words.namesFoldCase] : []),
    ...(utf8 ? [words.namesUtf8] : []),
  ];
  const { freeBytes } = summary;
  return labelLines([
    [words.place, summary.location],
    [words.plainCopies, summary.made ? words.placeMade : words.placeNotMade],
    [words.answersIn, fill(words.milliseconds, { count: formatCount(summary.answerMs, language) })],
    [words.writes, speed(summary.writeBytesPerSecond)],
    [words.reads, speed(summary.readBytesPerSecond)],
    [words.hardLinks, summary.hardLinks ? words.hardLinksYes : words.hardLinksNo],
    [words.wholeFolders, summary.renamesFolders ? words.wholeByName : words.wholeByRecord],
    [words.names, changed.length === 0 ? words.namesAll : changed.join("; ")],
    ...(freeBytes === undefined ? [] : [[words.free, formatSize(freeBytes, language)] as const]),
    [words.result, words.placeGood],
  ]);
}

function summaryLines(summary: DestinationTestSummary, { messages, language }: CommandCall): readonly string[] {
  const words = messages.output;
  const speed = (bytes: number | undefined): string | undefined =>
    bytes === undefined ? undefined : fill(words.perSecond, { size: formatSize(bytes, language) });
  const left = summary.left.map((name) => `data/${name}`).join(", ");
  return labelLines([
    [words.place, summary.location],
    [words.repository, summary.repository ? words.repositoryThere : words.repositoryNotThere],
    [words.answersIn, fill(words.milliseconds, { count: formatCount(summary.answerMs, language) })],
    [words.writes, speed(summary.writeBytesPerSecond) ?? words.notMeasured],
    [words.reads, speed(summary.readBytesPerSecond) ?? words.notMeasured],
    [words.removes, summary.removes ? words.removesYes : fill(words.removesNo, { left })],
    [words.result, words.destinationGood],
  ]);
}
