/** A place that tells of each call: what, for how long, how it ended. */
import { type BytePath, displayPath } from "../../../base/byte-path.ts";
import { callTeller, type TracedCall, type TraceOptions } from "../../../storage/wrap/traced.ts";
import type { PlainPlace } from "../place.ts";
import { overlaidPlace } from "./overlaid-place.ts";

export function tracedPlace(inner: PlainPlace, options: TraceOptions): PlainPlace {
  const teller = callTeller(inner.location, options);
  const { renameFolder, link, duplicate } = inner;
  const told = <Rest extends readonly unknown[], Result>(
    call: TracedCall["call"],
    work: (path: BytePath, ...rest: Rest) => Promise<Result>,
  ) => {
    return (path: BytePath, ...rest: Rest): Promise<Result> =>
      teller.tell({ call, file: displayPath(path) }, () => work.call(inner, path, ...rest));
  };
  return overlaidPlace(inner, {
    list: (path, asked) => teller.tellAll({ call: "list", file: displayPath(path) }, inner.list(path, asked)),
    read: (path, asked) => teller.tellAll({ call: "read", file: displayPath(path) }, inner.read(path, asked)),
    write: (path, content, asked) => {
      const call = { call: "write", file: displayPath(path), bytes: content.sizeBytes } as const;
      return teller.tell(call, () => inner.write(path, content, asked));
    },
    look: told("look", inner.look),
    makeFolder: told("makeFolder", inner.makeFolder),
    rename: told("rename", inner.rename),
    remove: told("remove", inner.remove),
    removeFolder: told("removeFolder", inner.removeFolder),
    tidy: (signal) => teller.tell({ call: "tidy" }, () => inner.tidy(signal)),
    close: () => teller.tell({ call: "close" }, () => inner.close()),
    ...(renameFolder && { renameFolder: told("renameFolder", renameFolder) }),
    ...(link && { link: told("link", link) }),
    ...(duplicate && { duplicate: told("duplicate", duplicate) }),
  });
}
