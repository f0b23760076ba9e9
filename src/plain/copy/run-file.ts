/** One run at a time writes to a place: a file says whose it is. What a run that died left behind is then nobody's, and is removed. */
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { isRunning, ownIdentity, parseIdentity } from "../../host/process-identity.ts";
import { bytesContent, type PlainPlace, readSmall } from "../place/place.ts";
import { runName } from "./copy-names.ts";

/** A run of another machine is taken for dead after this long: nobody can ask whether it lives. */
const foreignAgeMs = 24 * 60 * 60_000;

export interface RunFileOptions {
  readonly hostname: string;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

export interface HeldPlace extends AsyncDisposable {
  /** A run before this one died in the middle of its work. */
  readonly afterDeath: boolean;
}

/** COPY_PLACE_BUSY where another run is at work. */
export async function holdPlace(place: PlainPlace, options: RunFileOptions): Promise<HeldPlace> {
  const own = { ...(await ownIdentity()), host: options.hostname, since: new Date(options.nowMs).toISOString() };
  const bytes = Buffer.from(`${JSON.stringify(own)}\n`);
  for (let afterDeath = false; ; afterDeath = true) {
    try {
      await place.write(runName, bytesContent(bytes), { durable: "now", once: true, signal: options.signal });
      return { afterDeath, [Symbol.asyncDispose]: () => place.remove(runName).catch(() => undefined) };
    } catch (error) {
      if (!isObhutError(error, "STORAGE_FILE_EXISTS") || afterDeath) throw error;
    }
    await refuseLiving(place, options);
    await place.remove(runName);
  }
}

async function refuseLiving(place: PlainPlace, { nowMs, signal }: RunFileOptions): Promise<void> {
  const found = await readOwner(place, signal);
  if (found === undefined) return;
  const { identity, host, since } = found;
  const running = identity && (await isRunning(identity));
  const ageMs = nowMs - Date.parse(since);
  // A clock that went back says nothing of its age either.
  if (running === false || (running === undefined && !(ageMs >= 0 && ageMs < foreignAgeMs))) return;
  throw new ObhutError("COPY_PLACE_BUSY", {
    location: place.location,
    holder: `${host} (${identity?.pid ?? "?"})`,
    since,
  });
}

async function readOwner(place: PlainPlace, signal: AbortSignal) {
  try {
    const value = JSON.parse((await readSmall(place, runName, signal)).toString("utf8")) as Record<string, unknown>;
    return { identity: parseIdentity(value), host: String(value["host"] ?? ""), since: String(value["since"] ?? "") };
  } catch (error) {
    // A run that ended just now took it away; one that died while writing it left nothing to read.
    if (error instanceof SyntaxError || isObhutError(error, "STORAGE_FILE_MISSING")) return undefined;
    throw error;
  }
}
