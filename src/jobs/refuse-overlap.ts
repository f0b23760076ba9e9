/**
 * A repository must not lie in what is captured, nor around it: it would be captured with every run, and its folder `data` be the app's.
 * Looked at before anything is written; links are resolved, of a folder that is not there yet those on the way to it.
 */
import { realpath, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { ObhutError, systemCode } from "../base/errors.ts";
import { mainDatabase } from "../openwebui/parts.ts";
import type { Destination } from "../plans/destination.ts";

/** DESTINATION_IN_SOURCE for the first destination of this machine that overlaps the data directory. */
export async function refuseOverlap(destinations: readonly Destination[], dataDirectory: string): Promise<void> {
  const source = await realPathOf(dataDirectory);
  for (const destination of destinations) {
    if (destination.kind !== "local") continue;
    const place = await realPathOf(destination.path);
    if (isWithin(place, source) || isWithin(source, place)) throw overlap(destination.path, dataDirectory);
  }
}

/** The same for a new repository, whose instance nobody named: where a data directory lies around the folder, or is in it as `data`. */
export async function refuseInstanceFolder(destination: Destination): Promise<void> {
  if (destination.kind !== "local") return;
  const place = await realPathOf(destination.path);
  const around = [place];
  for (let at = place; at !== dirname(at); at = dirname(at)) around.push(dirname(at));
  for (const folder of [join(place, "data"), ...around]) {
    if (await isThere(join(folder, mainDatabase))) throw overlap(destination.path, folder);
  }
}

function overlap(location: string, source: string): ObhutError {
  return new ObhutError("DESTINATION_IN_SOURCE", { location, source });
}

/** Whether `inner` is `outer` or lies below it. */
function isWithin(inner: string, outer: string): boolean {
  const way = relative(outer, inner);
  return way !== ".." && !way.startsWith("../");
}

async function realPathOf(path: string): Promise<string> {
  const missing: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    const real = await realpath(at).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT" && at !== dirname(at)) return undefined;
      // What cannot be looked at tells its own error when it is opened.
      return at;
    });
    if (real !== undefined) return join(real, ...missing);
    missing.unshift(relative(dirname(at), at));
  }
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
