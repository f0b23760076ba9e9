/** Reads a tree that restic, rustic or Obhut wrote. Source: restic's doc/design.rst, "Trees and Data". */

import type { BytePath } from "../../base/byte-path.ts";
import { reasonOf } from "../../base/errors.ts";
import type { BlobId } from "../../base/ids.ts";
import { parseId } from "../../base/ids.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { damaged } from "./damaged.ts";
import { goUnquote } from "./go-quote.ts";
import { idBytes, idDigits, readHexId } from "./hex.ts";
import { JsonScanner, JsonSyntaxError } from "./json-scanner.ts";
import type { ExtendedAttribute, Node, PackedIds } from "./node.ts";
import { type TimeText, timeText } from "./time-text.ts";

/** Go's zero time: what restic reads where a time is absent. */
const noTime = "0001-01-01T00:00:00Z" as TimeText;

/** The nodes in the tree's order. OBJECT_DAMAGED, naming `what`, where the bytes are no tree. Unknown fields are passed over, unknown types kept. */
export function decodeTree(bytes: Uint8Array, what: AnyReason): Node[] {
  const scanner = new JsonScanner(bytes);
  const nodes: Node[] = [];
  try {
    scanner.object((name) => {
      if (name === "nodes" && !scanner.takeNull()) scanner.array(() => nodes.push(node(scanner)));
      else if (name !== "nodes") scanner.skip();
    });
    scanner.end();
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw damaged(what, reason("notJson", { message: reasonOf(error) }), error);
  }
  return nodes;
}

type Draft = { -readonly [Field in keyof Node]: Node[Field] };

function node(scanner: JsonScanner): Node {
  const draft: Draft = {
    name: "" as BytePath,
    type: "",
    mode: 0,
    mtime: noTime,
    atime: noTime,
    ctime: noTime,
    uid: 0,
    gid: 0,
    user: "",
    group: "",
    inode: 0n,
    deviceId: 0n,
    size: 0,
    links: 0,
    linkTarget: "" as BytePath,
    xattrs: [],
    device: 0n,
    content: null,
  };
  scanner.object((name) => {
    const read = fields.get(name);
    if (read === undefined) scanner.skip();
    else if (!scanner.takeNull()) read(draft, scanner);
  });
  if (!isName(draft.name)) scanner.fail(`a node named ${JSON.stringify(draft.name)}`);
  return draft;
}

/** A name that could leave the folder it is restored into is damage, never a path. */
function isName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !name.includes("/") && !name.includes("\0");
}

const fields = new Map<string, (draft: Draft, scanner: JsonScanner) => void>([
  [
    "name",
    (draft, scanner) => {
      draft.name = goUnquote(scanner.stringBytes()) ?? scanner.fail("a name with an unknown escape");
    },
  ],
  [
    "type",
    (draft, scanner) => {
      draft.type = scanner.string() as Node["type"];
    },
  ],
  [
    "mode",
    (draft, scanner) => {
      draft.mode = scanner.count();
    },
  ],
  [
    "mtime",
    (draft, scanner) => {
      draft.mtime = time(scanner);
    },
  ],
  [
    "atime",
    (draft, scanner) => {
      draft.atime = time(scanner);
    },
  ],
  [
    "ctime",
    (draft, scanner) => {
      draft.ctime = time(scanner);
    },
  ],
  [
    "uid",
    (draft, scanner) => {
      draft.uid = scanner.count();
    },
  ],
  [
    "gid",
    (draft, scanner) => {
      draft.gid = scanner.count();
    },
  ],
  [
    "user",
    (draft, scanner) => {
      draft.user = scanner.string();
    },
  ],
  [
    "group",
    (draft, scanner) => {
      draft.group = scanner.string();
    },
  ],
  [
    "inode",
    (draft, scanner) => {
      draft.inode = BigInt(scanner.digits());
    },
  ],
  [
    "device_id",
    (draft, scanner) => {
      draft.deviceId = BigInt(scanner.digits());
    },
  ],
  [
    "size",
    (draft, scanner) => {
      draft.size = scanner.count();
    },
  ],
  [
    "links",
    (draft, scanner) => {
      draft.links = scanner.count();
    },
  ],
  // linktarget_raw follows linktarget and wins
  [
    "linktarget",
    (draft, scanner) => {
      draft.linkTarget = scanner.stringBytes() as BytePath;
    },
  ],
  [
    "linktarget_raw",
    (draft, scanner) => {
      draft.linkTarget = base64(scanner).toString("latin1") as BytePath;
    },
  ],
  [
    "extended_attributes",
    (draft, scanner) => {
      draft.xattrs = attributes(scanner);
    },
  ],
  [
    "generic_attributes",
    (draft, scanner) => {
      draft.genericAttributes = scanner.raw();
    },
  ],
  [
    "device",
    (draft, scanner) => {
      draft.device = BigInt(scanner.digits());
    },
  ],
  [
    "content",
    (draft, scanner) => {
      draft.content = packedIds(scanner);
    },
  ],
  [
    "subtree",
    (draft, scanner) => {
      draft.subtree = parseId<BlobId>(scanner.string()) ?? scanner.fail("a subtree that is no id");
    },
  ],
  [
    "error",
    (draft, scanner) => {
      draft.error = scanner.string();
    },
  ],
]);

/** The three times of a node are mostly one and the same, and looking closely at a time takes longer than all else of a node. */
let lastTime: TimeText = noTime;

function time(scanner: JsonScanner): TimeText {
  const text = scanner.string();
  if (text !== lastTime) lastTime = timeText(text) ?? scanner.fail("a malformed time");
  return lastTime;
}

function base64(scanner: JsonScanner): Buffer {
  return Buffer.from(scanner.string(), "base64");
}

function attributes(scanner: JsonScanner): ExtendedAttribute[] {
  const found: ExtendedAttribute[] = [];
  scanner.array(() => {
    let name = "";
    let value: Uint8Array | null = null;
    scanner.object((field) => {
      if (field === "name") name = scanner.string();
      else if (field === "value") value = scanner.takeNull() ? null : base64(scanner);
      else scanner.skip();
    });
    found.push({ name, value });
  });
  return found;
}

/** Ids straight from their digits: `["` 64 digits `","` 64 digits ... `"]`. */
function packedIds(scanner: JsonScanner): PackedIds {
  const { bytes } = scanner;
  scanner.expect("[");
  if (scanner.take("]")) return new Uint8Array(0);
  // As many as there are where nothing stands between them; white space only makes it too many.
  let ids = new Uint8Array(
    idBytes * Math.max(1, Math.round((bytes.indexOf(closingBracket, scanner.at) - scanner.at) / idWithMarks)),
  );
  let length = 0;
  do {
    scanner.expect('"');
    if (length === ids.length) ids = twiceAsLong(ids);
    if (!readHexId(ids, length, bytes, scanner.at)) scanner.fail("a content that is no id");
    scanner.at += idDigits;
    length += idBytes;
    scanner.expect('"');
  } while (scanner.take(","));
  scanner.expect("]");
  return length === ids.length ? ids : ids.slice(0, length);
}

const closingBracket = 0x5d;
/** An id's digits, two quotation marks, and a comma. */
const idWithMarks = idDigits + 3;

function twiceAsLong(ids: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(2 * ids.length);
  longer.set(ids);
  return longer;
}
