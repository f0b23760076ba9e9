/**
 * A tree as the very bytes restic would write: its field order, its omitted fields, Go's escapes. `restic rewrite` refuses a
 * tree that it would itself spell otherwise. Source: restic's internal/data/tree.go and node.go.
 */
import { ObhutError } from "../../base/errors.ts";
import { goJsonString } from "./go-json.ts";
import { goQuote } from "./go-quote.ts";
import { idBytes, idDigits, writeHexId } from "./hex.ts";
import type { ExtendedAttribute, Node, PackedIds } from "./node.ts";
import { isUtf8 } from "./utf8-runes.ts";

export class TreeEncoder {
  #bytes = Buffer.allocUnsafe(4096);
  #length = 0;
  #lastName = "";

  constructor() {
    this.#text('{"nodes":[');
  }

  /** Names must come in the order of their bytes, each once, none empty. */
  add(node: Node): void {
    if (node.name <= this.#lastName) {
      throw new ObhutError("INTERNAL", { reason: `tree entry ${JSON.stringify(node.name)} out of order` });
    }
    this.#text(this.#lastName === "" ? head(node) : `,${head(node)}`);
    this.#lastName = node.name;
    this.#content(node.content);
    this.#text(tail(node));
  }

  /** The tree. The encoder must not be used again. */
  finish(): Buffer {
    this.#text("]}\n");
    return this.#bytes.subarray(0, this.#length);
  }

  #content(content: PackedIds | null): void {
    if (content === null || content.length === 0) {
      this.#text(content === null ? "null" : "[]");
      return;
    }
    this.#reserve((content.length / idBytes) * (idDigits + 3) + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let from = 0; from < content.length; from += idBytes) {
      bytes[at] = from === 0 ? 0x5b : 0x2c;
      bytes[at + 1] = 0x22;
      writeHexId(bytes, at + 2, content, from);
      at += idDigits + 3;
      bytes[at - 1] = 0x22;
    }
    bytes[at] = 0x5d;
    this.#length = at + 1;
  }

  #text(latin1: string): void {
    this.#reserve(latin1.length);
    this.#length += this.#bytes.write(latin1, this.#length, "latin1");
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + more));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

function head(node: Node): string {
  let json = `{"name":${goJsonString(goQuote(node.name))},"type":"${node.type}"`;
  if (node.mode !== 0) json += `,"mode":${node.mode}`;
  json += `,"mtime":"${node.mtime}","atime":"${node.atime}","ctime":"${node.ctime}","uid":${node.uid},"gid":${node.gid}`;
  if (node.user !== "") json += `,"user":${goText(node.user)}`;
  if (node.group !== "") json += `,"group":${goText(node.group)}`;
  if (node.inode !== 0n) json += `,"inode":${node.inode}`;
  if (node.deviceId !== 0n) json += `,"device_id":${node.deviceId}`;
  if (node.size !== 0) json += `,"size":${node.size}`;
  if (node.links !== 0) json += `,"links":${node.links}`;
  if (node.linkTarget !== "") json += linkTarget(node);
  if (node.xattrs.length > 0) json += `,"extended_attributes":[${node.xattrs.map(attribute).join(",")}]`;
  if (node.genericAttributes !== undefined) json += `,"generic_attributes":${node.genericAttributes}`;
  if (node.device !== 0n) json += `,"device":${node.device}`;
  return `${json},"content":`;
}

function tail(node: Node): string {
  const subtree = node.subtree === undefined ? "" : `,"subtree":"${node.subtree}"`;
  return node.error === undefined || node.error === "" ? `${subtree}}` : `${subtree},"error":${goText(node.error)}}`;
}

function linkTarget({ linkTarget: target }: Node): string {
  const json = `,"linktarget":${goJsonString(target)}`;
  if (isUtf8(target)) return json;
  return `${json},"linktarget_raw":"${Buffer.from(target, "latin1").toString("base64")}"`;
}

function attribute({ name, value }: ExtendedAttribute): string {
  return `{"name":${goText(name)},"value":${value === null ? "null" : `"${Buffer.from(value).toString("base64")}"`}}`;
}

function goText(text: string): string {
  return goJsonString(Buffer.from(text, "utf8").toString("latin1"));
}
