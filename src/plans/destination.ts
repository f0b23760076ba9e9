/**
 * How people write where a backup goes (design.md calls it a destination). A path is a folder; a scheme in front names
 * another kind of place; a bare word is a name in the config. What is not understood is an error, never a folder.
 */
import { resolve } from "node:path";
import { ObhutError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { type Reason, reason } from "../base/reason-codes.ts";
import { isCopyKind, isPlain, type PlainDestination } from "./plain-destination.ts";
import {
  type B2Destination,
  isRemoteKind,
  parseRemote,
  type RemoteDestination,
  type RestDestination,
  remotePlace,
  remoteSpellings,
  type S3Destination,
} from "./remote-destination.ts";

export interface LocalDestination {
  readonly kind: "local";
  /** As the person wrote it, for messages. */
  readonly written: string;
  /** Absolute path of the folder. */
  readonly path: string;
}

export type { B2Destination, RemoteDestination, RestDestination, S3Destination };
/** A repository. */
export type Destination = LocalDestination | RemoteDestination;
export type { PlainDestination };
/** A repository, or a place for plain copies. */
export type AnyDestination = Destination | PlainDestination;

/** Throws DESTINATION_INVALID. `folder` is what a relative path starts from. */
export function parseAnyDestination(written: string, folder: string): AnyDestination {
  const scheme = /^([a-z]+):/.exec(written)?.[1];
  if (scheme === undefined || !isCopyKind(scheme)) return parseDestination(written, folder);
  const place = parseDestination(written.slice(scheme.length + 1), folder);
  if (place.kind === "rest") throw invalid(`${scheme}:${place.written}`, reason("plainNotOverRest", {}));
  return { kind: scheme, written: `${scheme}:${place.written}`, place };
}

/** A repository. Throws DESTINATION_INVALID. `folder` is what a relative path starts from. */
export function parseDestination(written: string, folder: string): Destination {
  if (written === "" || written === "local:") throw invalid(written, reason("destinationEmpty", {}));
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(written)?.[1];
  if (scheme === "local") {
    return { kind: "local", written, path: resolve(folder, written.slice("local:".length)) };
  }
  if (scheme !== undefined && isRemoteKind(scheme)) {
    const remote = parseRemote(scheme, written);
    if (remote !== undefined) return remote;
    throw invalid(hideUserInfo(written), reason("destinationSpelling", { spelling: remoteSpellings[scheme] }));
  }
  if (scheme !== undefined) {
    const why = { scheme: `${scheme}:` };
    const isCopies = isCopyKind(scheme);
    throw invalid(
      hideUserInfo(written),
      isCopies ? reason("destinationPlain", why) : reason("destinationUnknownScheme", why),
    );
  }
  if (written.includes("/") || written === "." || written === "..") {
    return { kind: "local", written, path: resolve(folder, written) };
  }
  throw invalid(written, reason("destinationBareWord", { word: written }));
}

/** All of a call's repositories: no place twice, and no more than one run can feed. */
export function parseDestinations(written: readonly string[], folder: string): readonly Destination[] {
  return checked(written.map((one) => parseDestination(one, folder)));
}

/** The same for whoever takes places for plain copies too. */
export function parseAnyDestinations(written: readonly string[], folder: string): readonly AnyDestination[] {
  return checked(written.map((one) => parseAnyDestination(one, folder)));
}

function checked<One extends AnyDestination>(found: readonly One[]): readonly One[] {
  const places = found.map(placeOf);
  found.forEach((one, index) => {
    if (places.indexOf(placeOf(one)) < index) {
      throw invalid(one.written, reason("destinationTwice", {}));
    }
  });
  const extra = found[limits.maxDestinations];
  if (extra !== undefined) {
    throw invalid(extra.written, reason("destinationTooMany", { limit: limits.maxDestinations }));
  }
  return found;
}

/** A folder holds one thing: a repository, or copies of one kind. */
function placeOf(destination: AnyDestination): string {
  if (isPlain(destination)) return placeOf(destination.place);
  return destination.kind === "local" ? destination.path : remotePlace(destination);
}

function invalid(destination: string, why: Reason): ObhutError<"DESTINATION_INVALID"> {
  return new ObhutError("DESTINATION_INVALID", { destination, reason: why });
}

/** `rest:https://ada:password@host/` must not put the password on a screen. */
function hideUserInfo(written: string): string {
  return written.replace(/\/\/.*@/s, "//[secret]@");
}
