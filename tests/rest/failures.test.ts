/** Servers that answer badly, late or not at all: every failure has its own name, and nothing short is taken for whole. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { it } from "node:test";
import type { ErrorCode } from "../../src/base/error-codes.ts";
import { isObhutError } from "../../src/base/errors.ts";
import { http1Client } from "../../src/host/http/http1-client.ts";
import { fileOf } from "../../src/storage/contract/storage-contract.ts";
import { restStorage } from "../../src/storage/rest/rest-storage.ts";
import type { Storage } from "../../src/storage/storage.ts";

interface Scene extends AsyncDisposable {
  readonly storage: Storage;
}

async function storageOn(listener: RequestListener): Promise<Scene> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = http1Client({ origin: `http://127.0.0.1:${port}`, connections: 5 });
  const storage = restStorage({ location: "rest:test", client, basePath: "/", connections: 5 });
  const close = async (): Promise<void> => {
    await storage.close();
    server.closeAllConnections();
    server.close();
  };
  return { storage, [Symbol.asyncDispose]: close };
}

const pack = fileOf("data", "pack");
const isCode = (code: ErrorCode) => (error: unknown) => isObhutError(error, code);

it("an answer of other than the announced length is no answer", async () => {
  for (const [announced, sent] of [
    [100, 60],
    [100, 0],
  ] as const) {
    await using scene = await storageOn((_, answer) => {
      answer.writeHead(200, { "Content-Length": announced });
      answer.write(Buffer.alloc(sent));
      setTimeout(() => answer.destroy(), 20);
    });
    await assert.rejects(scene.storage.load(pack), isCode("STORAGE_UNREACHABLE"));
  }
});

it("a range that comes shorter than asked for is a short read; a server without ranges sends the whole file", async () => {
  await using short = await storageOn((_, answer) => answer.writeHead(206).end(Buffer.alloc(7)));
  await assert.rejects(short.storage.load(pack, { offset: 0, length: 8 }), isCode("STORAGE_SHORT_READ"));
  await using whole = await storageOn((_, answer) => answer.end("0123456789"));
  const part = await whole.storage.load(pack, { offset: 3, length: 4 });
  assert.equal(Buffer.from(part).toString(), "3456");
  assert.equal(part.buffer.byteLength, 4);
  await assert.rejects(whole.storage.load(pack, { offset: 8, length: 4 }), isCode("STORAGE_SHORT_READ"));
});

it("statuses: what may not be done, what is full, what is broken", async () => {
  for (const [status, code] of [
    [401, "REST_LOGIN_REFUSED"],
    [403, "STORAGE_DENIED"],
    [405, "STORAGE_DENIED"],
    [507, "STORAGE_FULL"],
    [500, "STORAGE_ANSWERED"],
    [301, "STORAGE_ANSWERED"],
  ] as const) {
    await using scene = await storageOn((request, answer) => {
      answer.writeHead(request.method === "HEAD" && status === 403 ? 404 : status).end("no");
    });
    const { storage } = scene;
    await assert.rejects(storage.save(pack, new Uint8Array(3)), isCode(code), `save ${status}`);
    await assert.rejects(storage.load(pack), isCode(code), `load ${status}`);
    await assert.rejects(storage.remove(pack), isCode(code), `remove ${status}`);
    await assert.rejects(Array.fromAsync(storage.list("data")), isCode(code), `list ${status}`);
    await assert.rejects(storage.create(), isCode(code), `create ${status}`);
  }
});

it("listings: names alone, null, what is no listing, and rclone's own not found", async () => {
  const ids = ["a", "b"].map((seed) => fileOf("data", seed).name);
  const listing = (text: string, head = {}): Promise<Scene> =>
    storageOn((request, answer) => {
      if (request.method === "HEAD") answer.writeHead(200, { "Content-Length": 5 }).end();
      else answer.writeHead(200, head).end(text);
    });
  await using names = await listing(JSON.stringify([...ids, "no id"]));
  assert.deepEqual(
    await Array.fromAsync(names.storage.list("data")),
    ids.map((name) => ({ name, sizeBytes: 5 })),
  );
  await using nothing = await listing("null");
  assert.deepEqual(await Array.fromAsync(nothing.storage.list("data")), []);
  for (const text of ["<html>Welcome</html>", '{"name":"x"}', "[3]", '["half']) {
    await using wrong = await listing(text);
    await assert.rejects(Array.fromAsync(wrong.storage.list("data")), isCode("STORAGE_ANSWERED"), text);
  }
  await using plain = await storageOn((_, answer) => answer.writeHead(404).end());
  assert.deepEqual(await Array.fromAsync(plain.storage.list("keys")), []);
  await using rclone = await storageOn((_, answer) => answer.writeHead(404, { Server: "rclone/v1.60" }).end());
  await assert.rejects(Array.fromAsync(rclone.storage.list("keys")), isCode("STORAGE_ANSWERED"));
});

it("a kept connection that the server ended is no failure", async () => {
  let answered = 0;
  await using scene = await storageOn((request, answer) => {
    const { socket } = request;
    answered += 1;
    // The first request of each connection is answered, the second one is not.
    if (answered % 2 === 0 && socket.bytesWritten > 0) socket.destroy();
    else answer.writeHead(404).end();
  });
  assert.equal(await scene.storage.sizeOf(pack), undefined);
  assert.equal(await scene.storage.sizeOf(pack), undefined);
});

it("an aborted call ends at once with the reason it was aborted for", async () => {
  await using scene = await storageOn(() => undefined);
  const stop = new AbortController();
  const saving = scene.storage.save(pack, new Uint8Array(1000), stop.signal);
  setTimeout(() => stop.abort(new Error("enough")), 50);
  await assert.rejects(saving, /enough/);
});

it("a name that nobody has", async () => {
  const client = http1Client({ origin: "http://no-such-host.invalid", connections: 1 });
  const storage = restStorage({ location: "rest:test", client, basePath: "/", connections: 1 });
  await assert.rejects(storage.sizeOf(pack), isCode("STORAGE_UNREACHABLE"));
  await storage.close();
});
