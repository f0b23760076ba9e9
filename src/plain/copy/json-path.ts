/** Paths in JSON: as text where they are UTF-8, else their bytes, so that every one comes back as it was. */
import { type BytePath, bytePath, bytesOf } from "../../base/byte-path.ts";

export type JsonPath = string | { readonly base64: string };

export function jsonPath(path: BytePath): JsonPath {
  const bytes = bytesOf(path);
  const text = bytes.toString("utf8");
  return bytePath(text) === path ? text : { base64: bytes.toString("base64") };
}

/** Undefined for what is no path, and for one that would lead out of the folder it is below. */
export function pathOfJson(value: unknown): BytePath | undefined {
  const path = typeof value === "string" ? bytePath(value) : bytesPath(value);
  if (path === undefined || path.includes("\0")) return undefined;
  return path.split("/").some((name) => name === "." || name === "..") ? undefined : path;
}

function bytesPath(value: unknown): BytePath | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { base64 } = value as { readonly base64?: unknown };
  return typeof base64 === "string" ? (Buffer.from(base64, "base64").toString("latin1") as BytePath) : undefined;
}
