/**
 * The file operations of SFTP version 3 and of OpenSSH's extensions to it. Rejects with SftpStatusError where the server says no, else
 * with what ended the connection. Whole files are moved by transfer.ts.
 */
import type { LinePace } from "../../base/pace.ts";
import { decodeAttributes, encodeAttributes, type FileAttributes } from "./attributes.ts";
import { ByteBudget } from "./byte-budget.ts";
import { type Field, type PacketReader, SftpProtocolError } from "./packet.ts";
import { extensions, openFlags, packetTypes, statusCodes, sureBytes } from "./protocol.ts";
import { SftpConnection, type SftpPipes, SftpStatusError } from "./sftp-connection.ts";

/** UTF-8, or bytes as they are. A relative one starts where the server puts the user. */
export type SftpPath = string | Uint8Array;
/** What the server calls an open file or folder. */
export type SftpHandle = Buffer;
export type OpenFlag = keyof typeof openFlags;

export interface FolderEntry {
  readonly name: Buffer;
  readonly attributes: FileAttributes;
}

export interface FreeSpace {
  readonly bytes: number;
  readonly files: number;
}

/** More than this at once moves nothing faster, and costs memory on both sides. */
const underWayBytes = 4 * 1024 * 1024;
/** Fits a Node pipe's and OpenSSH's own packets; larger ones were not faster. */
const mostBytes = 255 * 1024;

export class SftpClient {
  readonly #connection: SftpConnection;
  readonly #offers: ReadonlyMap<string, string>;
  /** For reads and writes of all files together. */
  readonly budget = new ByteBudget(underWayBytes);
  /** Undefined: as fast as it goes. */
  readonly line: LinePace | undefined;
  #readBytes = sureBytes;
  #writeBytes = sureBytes;

  private constructor(connection: SftpConnection, offers: ReadonlyMap<string, string>, line: LinePace | undefined) {
    this.line = line;
    this.#connection = connection;
    this.#offers = offers;
  }

  static async connect(pipes: SftpPipes, line?: LinePace): Promise<SftpClient> {
    const { connection, offers } = await SftpConnection.open(pipes);
    const client = new SftpClient(connection, offers, line);
    if (client.offers("limits")) await client.#learnLimits();
    return client;
  }

  get ended(): Error | undefined {
    return this.#connection.ended;
  }

  /** The most that one `read` may ask for, and one `write` may carry. */
  get readBytes(): number {
    return this.#readBytes;
  }
  get writeBytes(): number {
    return this.#writeBytes;
  }

  offers(extension: keyof typeof extensions): boolean {
    return this.#offers.has(extensions[extension]);
  }

  /** `attributes` are those of a file that is made. */
  async open(path: SftpPath, flags: readonly OpenFlag[], attributes: FileAttributes = {}): Promise<SftpHandle> {
    const bits = flags.reduce((sum, flag) => sum | openFlags[flag], 0);
    return await this.#handle(packetTypes.open, [path, bits, ...encodeAttributes(attributes)]);
  }

  async close(handle: SftpHandle): Promise<void> {
    await this.#connection.request(packetTypes.close, [handle]);
  }

  /** Fewer bytes than asked for may come; none at the end of the file. A view into the answer. */
  async read(handle: SftpHandle, offset: number, length: number): Promise<Buffer> {
    try {
      const fields = [handle, BigInt(offset), length];
      const bytes = (await this.#ask(packetTypes.read, fields, packetTypes.data)).string();
      if (bytes.length > length) throw new SftpProtocolError(`asked for ${length} bytes, got ${bytes.length}`);
      return bytes;
    } catch (error) {
      if (isStatus(error, "endOfFile")) return Buffer.alloc(0);
      throw error;
    }
  }

  /** All of `bytes`, which must stay unchanged until it settles. */
  async write(handle: SftpHandle, offset: number, bytes: Uint8Array): Promise<void> {
    await this.#connection.request(packetTypes.write, [handle, BigInt(offset)], bytes);
  }

  /** What a link leads to. */
  async stat(path: SftpPath): Promise<FileAttributes> {
    return decodeAttributes(await this.#ask(packetTypes.stat, [path], packetTypes.attributes));
  }

  async lstat(path: SftpPath): Promise<FileAttributes> {
    return decodeAttributes(await this.#ask(packetTypes.lstat, [path], packetTypes.attributes));
  }

  async fstat(handle: SftpHandle): Promise<FileAttributes> {
    return decodeAttributes(await this.#ask(packetTypes.fstat, [handle], packetTypes.attributes));
  }

  async setstat(path: SftpPath, attributes: FileAttributes): Promise<void> {
    await this.#connection.request(packetTypes.setstat, [path, ...encodeAttributes(attributes)]);
  }

  async fsetstat(handle: SftpHandle, attributes: FileAttributes): Promise<void> {
    await this.#connection.request(packetTypes.fsetstat, [handle, ...encodeAttributes(attributes)]);
  }

  /** What is in a folder, but for `.` and `..`, as the server sends it: some hundred at a time. */
  async *readFolder(path: SftpPath): AsyncGenerator<FolderEntry> {
    const handle = await this.#handle(packetTypes.opendir, [path]);
    try {
      for (;;) {
        const body = await this.#names(handle);
        if (body === undefined) return;
        for (let left = body.uint32(); left > 0; left -= 1) {
          const entry = decodeEntry(body);
          if (!["", ".", ".."].includes(entry.name.toString("latin1"))) yield entry;
        }
      }
    } finally {
      await this.close(handle).catch(() => undefined);
    }
  }

  async #names(handle: SftpHandle): Promise<PacketReader | undefined> {
    try {
      return await this.#ask(packetTypes.readdir, [handle], packetTypes.name);
    } catch (error) {
      if (isStatus(error, "endOfFile")) return undefined;
      throw error;
    }
  }

  async makeFolder(path: SftpPath, attributes: FileAttributes = {}): Promise<void> {
    await this.#connection.request(packetTypes.mkdir, [path, ...encodeAttributes(attributes)]);
  }

  async removeFolder(path: SftpPath): Promise<void> {
    await this.#connection.request(packetTypes.rmdir, [path]);
  }

  async remove(path: SftpPath): Promise<void> {
    await this.#connection.request(packetTypes.remove, [path]);
  }

  /** Never replaces what is there (draft, section 6.5). */
  async rename(from: SftpPath, to: SftpPath): Promise<void> {
    await this.#connection.request(packetTypes.rename, [from, to]);
  }

  /** Replaces what is there at once. Only where `offers("posixRename")`. */
  async posixRename(from: SftpPath, to: SftpPath): Promise<void> {
    await this.#extended("posixRename", [from, to]);
  }

  /** Only where `offers("hardLink")`. */
  async hardLink(existing: SftpPath, made: SftpPath): Promise<void> {
    await this.#extended("hardLink", [existing, made]);
  }

  /** Makes a file's bytes durable. Only where `offers("fsync")`. */
  async fsync(handle: SftpHandle): Promise<void> {
    await this.#extended("fsync", [handle]);
  }

  /** Only where `offers("statvfs")`. */
  async freeSpace(path: SftpPath): Promise<FreeSpace> {
    const body = await this.#extended("statvfs", [path]);
    const [, fragmentBytes = 0n, , , free = 0n, , , files = 0n] = Array.from({ length: 8 }, () => body.uint64());
    return { bytes: Number(fragmentBytes * free), files: Number(files) };
  }

  async readLink(path: SftpPath): Promise<Buffer> {
    const body = await this.#ask(packetTypes.readlink, [path], packetTypes.name);
    body.uint32();
    return body.string();
  }

  /** OpenSSH takes the two the other way round than the draft says, and all follow it (PROTOCOL, section 4.1). */
  async symbolicLink(target: SftpPath, made: SftpPath): Promise<void> {
    await this.#connection.request(packetTypes.symlink, [target, made]);
  }

  /** The absolute path of what is there. */
  async realPath(path: SftpPath): Promise<Buffer> {
    const body = await this.#ask(packetTypes.realpath, [path], packetTypes.name);
    body.uint32();
    return body.string();
  }

  async #learnLimits(): Promise<void> {
    const body = await this.#extended("limits", []);
    const [, read = 0n, write = 0n] = [body.uint64(), body.uint64(), body.uint64()];
    if (read > 0n) this.#readBytes = Math.min(Number(read), mostBytes);
    if (write > 0n) this.#writeBytes = Math.min(Number(write), mostBytes);
  }

  async #extended(extension: keyof typeof extensions, fields: readonly Field[]): Promise<PacketReader> {
    return (await this.#connection.request(packetTypes.extended, [extensions[extension], ...fields])).body;
  }

  async #handle(type: number, fields: readonly Field[]): Promise<SftpHandle> {
    // A copy: a view would keep the whole answer.
    return Buffer.from((await this.#ask(type, fields, packetTypes.handle)).string());
  }

  async #ask(type: number, fields: readonly Field[], expected: number): Promise<PacketReader> {
    const answer = await this.#connection.request(type, fields);
    if (answer.type !== expected) {
      throw new SftpProtocolError(`answer of type ${answer.type} to a request of type ${type}`);
    }
    return answer.body;
  }
}

export function isStatus(error: unknown, status: keyof typeof statusCodes): boolean {
  return error instanceof SftpStatusError && error.status === statusCodes[status];
}

function decodeEntry(body: PacketReader): FolderEntry {
  const name = Buffer.from(body.string());
  // A line as `ls -l` prints it, for people.
  body.string();
  return { name, attributes: decodeAttributes(body) };
}
