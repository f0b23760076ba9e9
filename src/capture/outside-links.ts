/** Links that lead out of the data directory: the app follows them, a snapshot holds only the link. */
import { realpath } from "node:fs/promises";
import { bytePathOf, bytesOf, displayPath } from "../base/byte-path.ts";
import { finding } from "../base/finding-codes.ts";
import type { CaptureContext } from "./capture-context.ts";
import type { Walked } from "./walk.ts";

/** Tells of a link to something that is there, and that no other entry of the capture holds. */
export async function tellIfOutside(context: CaptureContext, { path, absolute, meta }: Walked): Promise<void> {
  if (meta.kind !== "symlink") return;
  const target = await realpath(bytesOf(absolute), { encoding: "buffer" }).then(bytePathOf, () => undefined);
  if (target === undefined || target === context.root || target.startsWith(`${context.root}/`)) return;
  context.findings.add(finding("LINK_NOT_FOLLOWED", { path: displayPath(path), target: displayPath(target) }));
}
