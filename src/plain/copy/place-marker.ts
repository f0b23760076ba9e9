/**
 * The file that says that a place is one for plain copies. `obhut init` makes it; nothing is ever written to a place that has none: a NAS that
 * is not mounted today leaves an empty folder of the system's own disk.
 */
import type { BytePath } from "../../base/byte-path.ts";
import { isObhutError, ObhutError } from "../../base/errors.ts";
import { anyNames, type NameRules } from "../names/name-rules.ts";
import { probeNames } from "../names/probe-names.ts";
import { bytesContent, type PlainPlace, readSmall } from "../place/place.ts";
import { type CopyKind, copyKinds, markerName } from "./copy-names.ts";

const markerFormat = 1;

export interface PlaceMarker {
  readonly kind: CopyKind;
  readonly id: string;
  readonly made: string;
  readonly names: NameRules;
  /** How a mirror is laid out unless a run says otherwise; as a person writes it. */
  readonly layout?: string;
}

export interface MakePlaceOptions {
  readonly kind: CopyKind;
  readonly id: string;
  readonly made: string;
  readonly layout?: string | undefined;
}

/** What file servers and disks put into the root of what they hold. */
const droppings = new Set(["lost+found", "@eaDir", "#recycle", "@Recycle", ".DS_Store", "System Volume Information"]);

/**
 * COPY_PLACE_EXISTS where it is one already; COPY_PLACE_NOT_EMPTY for a mirror where something lies there that nobody could tell from what is
 * mirrored.
 */
export async function makePlace(place: PlainPlace, options: MakePlaceOptions): Promise<PlaceMarker> {
  const { location } = place;
  const { kind, id, made, layout } = options;
  await refuseExisting(place);
  if (kind === "mirror") {
    for await (const { path } of place.list("" as BytePath)) {
      if (!droppings.has(path)) throw new ObhutError("COPY_PLACE_NOT_EMPTY", { location, example: path });
    }
  }
  await place.makeFolder("" as BytePath);
  const marker = { kind, id, made, names: await probeNames(place), ...(layout === undefined ? {} : { layout }) };
  const bytes = Buffer.from(`${JSON.stringify({ format: markerFormat, ...marker }, undefined, 2)}\n`);
  await place.write(markerName, bytesContent(bytes), { durable: "now", once: true });
  await place.settle();
  return marker;
}

/** COPY_PLACE_EXISTS. */
export async function refuseExisting(place: PlainPlace): Promise<void> {
  if ((await place.look(markerName)) !== undefined) {
    throw new ObhutError("COPY_PLACE_EXISTS", { location: place.location });
  }
}

/** COPY_PLACE_MISSING where there is none; COPY_PLACE_OTHER where it is one for copies of another kind. */
export async function requirePlace(place: PlainPlace, kind: CopyKind, signal?: AbortSignal): Promise<PlaceMarker> {
  const { location } = place;
  try {
    const marker = parseMarker((await readSmall(place, markerName, signal)).toString("utf8"));
    if (marker === undefined) throw new ObhutError("COPY_DAMAGED", { location, file: markerName });
    if (marker.kind !== kind) throw new ObhutError("COPY_PLACE_OTHER", { location, kind: marker.kind, wanted: kind });
    return marker;
  } catch (error) {
    if (isObhutError(error, "STORAGE_FILE_MISSING")) throw new ObhutError("COPY_PLACE_MISSING", { location });
    throw error;
  }
}

function parseMarker(json: string): PlaceMarker | undefined {
  try {
    const { format, kind, id, made, names, layout } = JSON.parse(json) as Record<string, unknown>;
    if (format !== markerFormat || !copyKinds.includes(kind as CopyKind) || typeof id !== "string") return undefined;
    const rules = (names ?? {}) as Partial<Record<keyof NameRules, unknown>>;
    return {
      kind: kind as CopyKind,
      id,
      made: String(made),
      names: {
        ...anyNames,
        portable: rules.portable === true,
        foldsCase: rules.foldsCase === true,
        utf8: rules.utf8 === true,
      },
      ...(typeof layout === "string" ? { layout } : {}),
    };
  } catch {
    return undefined;
  }
}
