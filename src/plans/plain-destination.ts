/** A place for plain copies, as people write it: the kind of copy in front of the place. */
import { type CopyKind, copyKinds } from "../plain/copy/copy-names.ts";
import type { LocalDestination } from "./destination.ts";
import type { RemoteDestination } from "./remote-destination.ts";

/** A REST server keeps repositories, and nothing else. */
export type PlainPlaceDestination = LocalDestination | Exclude<RemoteDestination, { readonly kind: "rest" }>;

export interface PlainDestination {
  readonly kind: CopyKind;
  readonly written: string;
  readonly place: PlainPlaceDestination;
}

export function isCopyKind(scheme: string): scheme is CopyKind {
  return (copyKinds as readonly string[]).includes(scheme);
}

export function isPlain(destination: { readonly kind: string }): destination is PlainDestination {
  return isCopyKind(destination.kind);
}
