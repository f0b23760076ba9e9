import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { encodePacket, SftpProtocolError } from "./packet.ts";
import { packetTypes, statusCodes } from "./protocol.ts";
import { SftpConnection, SftpSilentError, SftpStatusError } from "./sftp-connection.ts";

interface Scene {
  readonly connection: SftpConnection;
  /** What the server says. */
  readonly say: (packet: Buffer) => void;
  readonly end: (why: Error) => void;
  /** Why the server was given up. */
  readonly givenUp: Error[];
}

async function scene(silenceMs = 60_000): Promise<Scene> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const { promise: ended, resolve: end } = Promise.withResolvers<Error>();
  const givenUp: Error[] = [];
  output.resume();
  input.write(encodePacket(packetTypes.version, [3, "some@example.org", "1"]));
  const giveUp = (why: Error): unknown => givenUp.push(why);
  const { connection, offers } = await SftpConnection.open({ input, output, ended, giveUp, silenceMs });
  assert.equal(offers.get("some@example.org"), "1");
  return { connection, say: (packet) => input.write(packet), end, givenUp };
}

const ok = (id: number): Buffer => encodePacket(packetTypes.status, [id, statusCodes.ok, "", ""]);

it("answers in any order find who asked", async () => {
  const { connection, say } = await scene();
  const [first, second] = [connection.request(packetTypes.remove, ["a"]), connection.request(packetTypes.stat, ["b"])];
  say(encodePacket(packetTypes.attributes, [2, 4, 0o755]));
  say(ok(1));
  assert.equal((await second).type, packetTypes.attributes);
  assert.equal((await first).type, packetTypes.status);
});

it("a status without words, as old servers send it, is an error all the same", async () => {
  const { connection, say } = await scene();
  const asked = connection.request(packetTypes.remove, ["a"]);
  say(encodePacket(packetTypes.status, [1, statusCodes.noSuchFile]));
  await assert.rejects(asked, (e) => e instanceof SftpStatusError && e.status === statusCodes.noSuchFile);
});

it("the end of the process ends all that is under way, and all that comes later, with its reason", async () => {
  const { connection, end } = await scene();
  const asked = connection.request(packetTypes.remove, ["a"]);
  end(new Error("ssh: Connection reset"));
  await assert.rejects(asked, /reset/);
  await assert.rejects(connection.request(packetTypes.remove, ["b"]), /reset/);
});

it("an answer that nobody asked for means that nothing can be trusted any more", async () => {
  const { connection, say, givenUp } = await scene();
  const asked = connection.request(packetTypes.remove, ["a"]);
  say(ok(77));
  await assert.rejects(asked, SftpProtocolError);
  assert.equal(givenUp.length, 1);
});

it("a server that owes an answer and keeps silent is given up; one that owes none may", async () => {
  const { connection, say, givenUp } = await scene(60);
  await sleep(150);
  assert.equal(givenUp.length, 0);
  const answered = connection.request(packetTypes.remove, ["a"]);
  say(ok(1));
  await answered;
  const asked = connection.request(packetTypes.remove, ["b"]);
  await assert.rejects(asked, SftpSilentError);
  assert.equal(givenUp.length, 1);
});
