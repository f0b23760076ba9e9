/**
 * How people write where a backup goes (design.md calls it a destination). A path is a folder; a scheme in front names
 * another kind of place; a bare word is a name in the config. What is not understood is an error, never a folder.
 */
import { resolve } from "node:path";
import { ObhutError } from "../base/errors.ts";
import { limits } from "../base/limits.ts";
import { type Reason, reason } from "../base/reason-codes.ts";
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
export type Destination = LocalDestination | RemoteDestination;

/** Known, and not offered by this version. */
const laterSchemes = ["mirror", "dated", "linked"];

/** Throws DESTINATION_INVALID. `folder` is what a relative path starts from. */
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
    const known = laterSchemes.includes(scheme);
    const why = { scheme: `${scheme}:` };
    throw invalid(
      hideUserInfo(written),
      known ? reason("destinationNotYet", why) : reason("destinationUnknownScheme", why),
    );
  }
  if (written.includes("/") || written === "." || written === "..") {
    return { kind: "local", written, path: resolve(folder, written) };
  }
  throw invalid(written, reason("destinationBareWord", { word: written }));
}

/** All of a call's destinations: no place twice, and no more than one run can feed. */
export function parseDestinations(written: readonly string[], folder: string): readonly Destination[] {
  const found = written.map((one) => parseDestination(one, folder));
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

function placeOf(destination: Destination): string {
  return destination.kind === "local" ? destination.path : remotePlace(destination);
}

function invalid(destination: string, why: Reason): ObhutError<"DESTINATION_INVALID"> {
  return new ObhutError("DESTINATION_INVALID", { destination, reason: why });
}

/** `rest:https://ada:password@host/` must not put the password on a screen. */
function hideUserInfo(written: string): string {
  return written.replace(/\/\/.*@/s, "//[secret]@");
}
