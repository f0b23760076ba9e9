/** One line that says how far a job is: made from events and the time alone. */
import type { JobPhase, Progress } from "../../jobs/job-event.ts";
import type { OutputKey } from "../../messages/en.ts";
import { formatClock, formatCount, formatSize } from "../../messages/format-values.ts";
import type { Language, Messages } from "../../messages/messages.ts";
import { fill } from "../../messages/sentence.ts";
import { clipped, displayWidth, printable } from "./table.ts";

const phaseKeys: Record<JobPhase, OutputKey> = {
  capture: "phaseCapture",
  store: "phaseStore",
  plan: "phasePlan",
  restore: "phaseRestore",
  verify: "phaseVerify",
  check: "phaseCheck",
  copy: "phaseCopy",
  repack: "phaseRepack",
  remove: "phaseRemove",
  repair: "phaseRepair",
  count: "phaseCount",
  compare: "phaseCompare",
  search: "phaseSearch",
};

const windowMs = 8_000;

/** The newest progress, and the speed over the last seconds. */
export class ProgressMeter {
  #progress: Progress | undefined;
  #samples: { atMs: number; bytes: number }[] = [];

  get progress(): Progress | undefined {
    return this.#progress;
  }

  update(progress: Progress, nowMs: number): void {
    const sameRun = progress.phase === this.#progress?.phase && progress.bytesDone >= this.#progress.bytesDone;
    if (!sameRun) this.#samples = [];
    this.#progress = progress;
    this.#samples.push({ atMs: nowMs, bytes: progress.bytesDone });
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? nowMs) < nowMs - windowMs) this.#samples.shift();
  }

  /** Bytes a second; undefined before there is anything to go by. */
  speed(nowMs: number): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || nowMs - first.atMs < 250) return undefined;
    return ((last.bytes - first.bytes) * 1000) / (nowMs - first.atMs);
  }
}

export interface ProgressLineOptions {
  readonly meter: ProgressMeter;
  readonly nowMs: number;
  readonly columns: number;
  readonly messages: Messages;
  readonly language: Language;
  /** Whether a drawn bar and the current file belong in it: on a terminal they do, in a log not. */
  readonly drawn: boolean;
}

export function progressLine({ meter, nowMs, columns, messages, language, drawn }: ProgressLineOptions): string {
  const progress = meter.progress;
  if (progress === undefined) return "";
  const words = messages.output;
  const { bytesDone, bytesTotal, bytesWaiting, filesDone, current } = progress;
  const size = (bytes: number): string => formatSize(bytes, language);
  const share = bytesTotal === undefined || bytesTotal === 0 ? undefined : Math.min(1, bytesDone / bytesTotal);
  const speed = meter.speed(nowMs);
  const parts = [words[phaseKeys[progress.phase]]];
  if (share !== undefined) parts.push(drawn ? `${bar(share)} ${percent(share)}` : percent(share));
  if (bytesDone > 0 || bytesTotal !== undefined)
    parts.push(
      bytesTotal === undefined
        ? size(bytesDone)
        : fill(words.progressOf, { done: size(bytesDone), total: size(bytesTotal) }),
    );
  if (filesDone > 0) parts.push(fill(words.progressFiles, { files: formatCount(filesDone, language) }));
  if (bytesWaiting !== undefined) parts.push(fill(words.progressWaiting, { size: size(bytesWaiting) }));
  if (speed !== undefined && speed > 0) parts.push(fill(words.perSecond, { size: size(speed) }));
  if (speed !== undefined && speed > 0 && bytesTotal !== undefined && bytesTotal > bytesDone) {
    parts.push(fill(words.progressLeft, { time: formatClock((bytesTotal - bytesDone) / speed) }));
  }
  const line = parts.join("  ");
  const room = columns - displayWidth(line) - 2;
  return drawn && current !== undefined && room > 12
    ? `${line}  ${clipped(printable(current), room)}`
    : clipped(line, columns);
}

function bar(share: number): string {
  const width = 20;
  const full = Math.floor(share * width);
  return `[${"#".repeat(full)}${"-".repeat(width - full)}]`;
}

function percent(share: number): string {
  return `${String(Math.floor(share * 100)).padStart(3)} %`;
}
