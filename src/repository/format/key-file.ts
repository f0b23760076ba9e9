/**
 * A key file: the master key, sealed with a key that scrypt derives from a password. JSON in the clear, never
 * compressed. Source: restic's doc/design.rst, "Keys, Encryption and MAC"; internal/repository/key.go.
 */

import { scrypt } from "node:crypto";
import { MiB } from "../../base/limits.ts";
import { type AnyReason, reason } from "../../base/reason-codes.ts";
import { type MasterKey, masterKeyOf, nonceBytes, type Random, Sealer } from "./crypto.ts";
import { damaged } from "./damaged.ts";
import { parseObject } from "./json-value.ts";

/** scrypt's cost. */
export interface KdfParams {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** The least that OWASP's Password Storage Cheat Sheet asks for with 32 MiB of memory; a quarter of a second or so. */
export const defaultKdfParams: KdfParams = { N: 32768, r: 8, p: 3 };

/** A key file that asks for more than this is refused: it would only exhaust this machine. */
const maxKdfBytes = 1024 * MiB;
const saltBytes = 64;

export interface KeyFile extends KdfParams {
  readonly created: string;
  readonly username: string;
  readonly hostname: string;
  readonly kdf: "scrypt";
  readonly salt: Buffer;
  /** The master key's JSON, sealed with the derived key. */
  readonly data: Buffer;
}

export interface KeyOwner {
  /** RFC 3339. */
  readonly created: string;
  readonly username: string;
  readonly hostname: string;
}

/** OBJECT_DAMAGED where a field is missing, the KDF is unknown or its cost absurd. */
export function decodeKeyFile(bytes: Uint8Array, what: AnyReason): KeyFile {
  const json = parseObject(bytes, what);
  const text = (name: string): string => (typeof json[name] === "string" ? json[name] : "");
  const cost = (name: string): number => {
    const value = json[name];
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
    throw damaged(what, reason("keyField", { field: name, value: String(JSON.stringify(value)) }));
  };
  if (json["kdf"] !== "scrypt")
    throw damaged(what, reason("keyField", { field: "kdf", value: String(JSON.stringify(json["kdf"])) }));
  const [N, r, p] = [cost("N"), cost("r"), cost("p")];
  if (N * r * 128 > maxKdfBytes || p > 64) throw damaged(what, reason("keyCost", { n: N, r, p }));
  const salt = Buffer.from(text("salt"), "base64");
  const data = Buffer.from(text("data"), "base64");
  if (salt.length !== saltBytes) throw damaged(what, reason("keySalt", { bytes: salt.length }));
  return {
    created: text("created"),
    username: text("username"),
    hostname: text("hostname"),
    kdf: "scrypt",
    N,
    r,
    p,
    salt,
    data,
  };
}

/** The bytes as restic writes them: fields in its order. */
export function encodeKeyFile(file: KeyFile): Buffer {
  const { created, username, hostname, kdf, N, r, p } = file;
  const [salt, data] = [file.salt.toString("base64"), file.data.toString("base64")];
  return Buffer.from(JSON.stringify({ created, username, hostname, kdf, N, r, p, salt, data }));
}

/** The master key, or undefined where the password is another one. OBJECT_DAMAGED where what it opens is no key. */
export async function unlockKeyFile(file: KeyFile, password: string, what: AnyReason): Promise<MasterKey | undefined> {
  const derived = await deriveKey(file, file.salt, password);
  const plain = new Sealer(derived).tryOpen(file.data);
  return plain === undefined ? undefined : decodeMasterKey(plain, what);
}

/** A key file that lets `password` open `master`. */
export async function lockKeyFile(options: {
  readonly master: MasterKey;
  readonly password: string;
  readonly owner: KeyOwner;
  readonly params: KdfParams;
  readonly random: Random;
}): Promise<KeyFile> {
  const salt = Buffer.from(options.random(saltBytes));
  const derived = await deriveKey(options.params, salt, options.password);
  const data = new Sealer(derived).seal(encodeMasterKey(options.master), options.random(nonceBytes));
  const { created, username, hostname } = options.owner;
  return { created, username, hostname, kdf: "scrypt", ...options.params, salt, data };
}

/** scrypt runs in Node's thread pool; it takes about 250 ms with the default cost. */
async function deriveKey({ N, r, p }: KdfParams, salt: Uint8Array, password: string): Promise<MasterKey> {
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const limit = { N, r, p, maxmem: 2 * N * r * 128 + 32 * MiB };
    scrypt(password, salt, 64, limit, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
  return masterKeyOf(bytes);
}

function encodeMasterKey(key: MasterKey): Buffer {
  const [k, r] = [key.macK.toString("base64"), key.macR.toString("base64")];
  return Buffer.from(JSON.stringify({ mac: { k, r }, encrypt: key.encrypt.toString("base64") }));
}

function decodeMasterKey(plain: Uint8Array, what: AnyReason): MasterKey {
  const json = parseObject(plain, what) as { mac?: { k?: unknown; r?: unknown } | null; encrypt?: unknown };
  const part = (value: unknown, bytes: number): Buffer => {
    const buffer = Buffer.from(typeof value === "string" ? value : "", "base64");
    if (buffer.length === bytes && buffer.some((byte) => byte !== 0)) return buffer;
    throw damaged(what, reason("keyMaster", {}));
  };
  return { encrypt: part(json.encrypt, 32), macK: part(json.mac?.k, 16), macR: part(json.mac?.r, 16) };
}
