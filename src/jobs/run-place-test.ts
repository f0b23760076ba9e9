/**
 * Tries what plain copies need of a place: to be reached, written, read, listed, renamed in, and cleared again; and finds out what else it can.
 * It works in a folder of its own, which is removed; copies that are there are left alone. The place's own folder is made where there is none.
 */
import { type BytePath, bytePath, joinPath } from "../base/byte-path.ts";
import { isObhutError, ObhutError } from "../base/errors.ts";
import { KiB, MiB } from "../base/limits.ts";
import { type Reason, reason } from "../base/reason-codes.ts";
import { type CopyKind, markerName } from "../plain/copy/copy-names.ts";
import type { NameRules } from "../plain/names/name-rules.ts";
import { probeNames } from "../plain/names/probe-names.ts";
import { bytesContent, type PlainPlace, readSmall } from "../plain/place/place.ts";
import type { PlainDestination } from "../plans/destination.ts";
import { openPlace } from "./open-copies.ts";
import type { Parts } from "./parts.ts";
import type { DestinationStep } from "./run-destination-test.ts";

export interface PlaceTestSummary {
  readonly location: string;
  readonly kind: CopyKind;
  /** Whether `obhut init` made the place. */
  readonly made: boolean;
  /** How long the shortest question took. */
  readonly answerMs: number;
  readonly writeBytesPerSecond: number;
  readonly readBytesPerSecond: number;
  readonly hardLinks: boolean;
  /** A folder gets another name in one step. */
  readonly renamesFolders: boolean;
  readonly names: NameRules;
  /** Undefined where the place does not tell. */
  readonly freeBytes: number | undefined;
}

interface Watch {
  readonly signal: AbortSignal;
  /** Told of each step that went well. */
  readonly onStep: (step: DestinationStep) => void;
}

/** As much as a copy has on its way. */
const files = 4;
const fileBytes = 4 * MiB;
const newly = { durable: "settle" } as const;

/** Throws the place's own errors, and DESTINATION_UNFIT for one that does not do what it says. */
export async function runPlaceTest(
  destination: PlainDestination,
  parts: Parts,
  { signal, onStep }: Watch,
): Promise<PlaceTestSummary> {
  const place = await openPlace(destination, parts);
  const folder = bytePath(`obhut-test-${Buffer.from(parts.actor.random(8)).toString("hex")}`);
  const trial = new PlaceTrial(place, folder, { parts, signal });
  try {
    const made = (await place.look(markerName)) !== undefined;
    const answerMs = await trial.timed(() => place.look(markerName));
    onStep("reach");
    await place.makeFolder("" as BytePath);
    onStep("prepare");
    await trial.writeAndReadBack(onStep);
    const names = await probeNames(place, joinPath(folder, bytePath("names")));
    const hardLinks = await trial.links();
    const speeds = await trial.measure();
    onStep("speed");
    const freeBytes = await place.freeBytes();
    await trial.clear();
    onStep("remove");
    const { kind } = destination;
    const common = { location: place.location, kind, made, answerMs: Math.ceil(answerMs), names, hardLinks, freeBytes };
    return { ...common, ...speeds, renamesFolders: place.renameFolder !== undefined };
  } finally {
    await place.removeFolder(folder).catch(() => undefined);
    await place.close();
  }
}

class PlaceTrial {
  readonly #place: PlainPlace;
  readonly #folder: BytePath;
  readonly #parts: Parts;
  readonly #signal: AbortSignal;

  constructor(place: PlainPlace, folder: BytePath, { parts, signal }: { parts: Parts; signal: AbortSignal }) {
    this.#place = place;
    this.#folder = folder;
    this.#parts = parts;
    this.#signal = signal;
  }

  async timed(work: () => Promise<unknown>): Promise<number> {
    const begun = this.#parts.clock.monotonicMs();
    await work();
    return this.#parts.clock.monotonicMs() - begun;
  }

  async writeAndReadBack(onStep: Watch["onStep"]): Promise<void> {
    const [old, next] = [this.#at("f/old"), this.#at("f/next")];
    const bytes = this.#parts.actor.random(KiB);
    const write = { ...newly, signal: this.#signal };
    await this.#place.write(old, bytesContent(this.#parts.actor.random(10)), write);
    await this.#place.write(next, bytesContent(bytes), { ...write, durable: "now" });
    await this.#place.rename(next, old);
    onStep("write");
    if (Buffer.compare(await readSmall(this.#place, old, this.#signal), bytes) !== 0) {
      throw this.#unfit(reason("placeReadsOther", {}));
    }
    onStep("read");
    const listed = await Array.fromAsync(this.#place.list(this.#at("f"), { signal: this.#signal }));
    if (listed.length !== 1 || listed[0]?.path !== old || listed[0].sizeBytes !== bytes.length) {
      throw this.#unfit(reason("placeListsOther", {}));
    }
    onStep("list");
  }

  async links(): Promise<boolean> {
    if (this.#place.link === undefined) return false;
    try {
      await this.#place.link(this.#at("f/old"), this.#at("f/link"));
      return true;
    } catch (error) {
      if (isObhutError(error, "STORAGE_LINKS")) return false;
      throw error;
    }
  }

  async measure(): Promise<{ readonly writeBytesPerSecond: number; readonly readBytesPerSecond: number }> {
    const all = Array.from({ length: files }, (_, i) => this.#at(`speed/${i}`));
    const content = bytesContent(this.#parts.actor.random(fileBytes));
    const write = { ...newly, signal: this.#signal };
    const perSecond = (ms: number): number => Math.round((files * fileBytes * 1000) / Math.max(ms, 1));
    const writeMs = await this.timed(async () => {
      await Promise.all(all.map((path) => this.#place.write(path, content, write)));
      await this.#place.settle();
    });
    const readMs = await this.timed(() =>
      Promise.all(
        all.map((path) => Array.fromAsync(this.#place.read(path, { signal: this.#signal }), () => undefined)),
      ),
    );
    return { writeBytesPerSecond: perSecond(writeMs), readBytesPerSecond: perSecond(readMs) };
  }

  async clear(): Promise<void> {
    await this.#place.removeFolder(this.#folder);
    for await (const _ of this.#place.list(this.#folder)) throw this.#unfit(reason("placeRemovesNothing", {}));
  }

  #at(path: string): BytePath {
    return joinPath(this.#folder, bytePath(path));
  }

  #unfit(why: Reason): ObhutError {
    return new ObhutError("DESTINATION_UNFIT", { location: this.#place.location, reason: why });
  }
}
