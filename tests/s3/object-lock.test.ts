/** Buckets with object lock: what a restore needs cannot be destroyed, lock files can, and check and prune keep it so. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import {
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { fileOf } from "../../src/storage/contract/storage-contract.ts";
import { s3Storage } from "../../src/storage/s3/s3-storage.ts";
import { unpackFixture } from "../support/fixture.ts";
import { type S3Program, type S3Server, startS3Server } from "../support/s3-server.ts";
import { obhutAt, resticAt } from "../support/whole-round.ts";

const programs: readonly S3Program[] = ["minio", "versitygw"];
const dayMs = 24 * 60 * 60_000;
const words = (days: number) => ["-o", "s3.object-lock-mode=governance", "-o", `s3.object-lock-days=${days}`];

function admin({ endpoint, env }: S3Server): S3Client {
  Object.assign(process.env, env);
  return new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true });
}

interface Version {
  readonly Key: string;
  readonly VersionId: string;
  readonly IsLatest: boolean;
}

async function versions(client: S3Client): Promise<readonly Version[]> {
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: "obhut" }));
  return Versions as readonly Version[];
}

async function lockedDays(client: S3Client, { Key, VersionId }: Version): Promise<number> {
  const asked = new GetObjectRetentionCommand({ Bucket: "obhut", Key, VersionId });
  const { Retention } = await client.send(asked).catch(() => ({ Retention: undefined }));
  const until = Retention?.RetainUntilDate?.getTime();
  return until === undefined ? 0 : Math.round((until - Date.now()) / dayMs);
}

for (const program of programs) {
  it(`${program}: everything but locks is locked, extended where it is needed, and restic agrees`, async () => {
    await using server = await startS3Server(program);
    await using fixture = await unpackFixture();
    const client = admin(server);
    const at = (days: number) => ({ url: `s3:${server.endpoint}/obhut/p`, env: server.env, words: words(days) });
    const good = async (days: number, ...more: string[]): Promise<Awaited<ReturnType<typeof obhutAt>>> => {
      const run = await obhutAt(at(days), ...more, "--json");
      assert.equal(run.code, 0, run.text + run.stderr);
      return run;
    };
    await good(10, "init");
    await writeFile(join(fixture.dataDir, "uploads", "gone-soon"), randomBytes(300_000));
    await good(10, "backup", "--data", fixture.dataDir);
    const first = await versions(client);
    assert.ok(first.length > 4);
    for (const one of first) {
      assert.equal(await lockedDays(client, one), one.Key.includes("/locks/") ? 0 : 10, one.Key);
    }
    const pack = first.find(({ Key }) => Key.includes("/data/"));
    const destroy = { Bucket: "obhut", Key: pack?.Key, VersionId: pack?.VersionId };
    await assert.rejects(client.send(new DeleteObjectCommand(destroy)), "a locked pack cannot be destroyed");

    // A snapshot goes; what only it needs is hidden by a delete marker, and not extended any more.
    await writeFile(join(fixture.dataDir, "uploads", "gone-soon"), randomBytes(300_000));
    await good(10, "backup", "--data", fixture.dataDir);
    await good(30, "forget", "--keep-last", "1", "--prune", "--max-unused", "0");
    const checked = await good(30, "check", "--read-data");
    const note = checked.json.find(({ code }) => code === "RETENTION_EXTENDED");
    assert.equal((note?.["params"] as { count?: number } | undefined)?.count, 1, "of what is fresh the config alone");
    const left = { ...at(30), words: [] };
    await resticAt(left, "check", "--read-data");
    const hidden = (await versions(client)).filter((one) => !one.IsLatest && !one.Key.includes("/locks/"));
    assert.ok(hidden.length > 0, "what was pruned is still there, behind a delete marker");
    for (const one of hidden) assert.ok((await lockedDays(client, one)) <= 10, one.Key);
    client.destroy();
  });

  it(`${program}: a file's lock is prolonged when most of it is over, never shortened, and a lock file's is none`, async () => {
    await using server = await startS3Server(program);
    const client = admin(server);
    const open = (days: number) =>
      s3Storage({
        location: "s3:test",
        endpoint: server.endpoint,
        bucket: "obhut",
        prefix: "",
        env: server.env,
        objectLock: { mode: "governance", days },
      });
    await using stack = new AsyncDisposableStack();
    const [short, long] = [open(5), open(20)];
    for (const storage of [short, long]) stack.defer(() => storage.close());
    await short.create();
    const pack = fileOf("data", "a");
    const daysNow = async (): Promise<number> => {
      const [only] = await versions(client);
      return only === undefined ? Number.NaN : await lockedDays(client, only);
    };
    await short.save(pack, new Uint8Array(100));
    assert.equal(await daysNow(), 5);
    assert.equal(await long.extend?.(pack, Date.now() - dayMs), false, "written yesterday");
    assert.equal(await daysNow(), 5);
    assert.equal(await long.extend?.(pack, Date.now() - 6 * dayMs), true);
    assert.equal(await daysNow(), 20);
    assert.equal(await short.extend?.(pack, Date.now() - 6 * dayMs), false, "locked for longer already");
    assert.equal(await daysNow(), 20);
    assert.equal(await long.extend?.(fileOf("locks", "l"), 0), false);
    await short.remove(pack);
    assert.equal(await short.sizeOf(pack), undefined, "removed is removed to whoever lists");
    client.destroy();
  });

  it(`${program}: a bucket without object lock says so`, async () => {
    await using server = await startS3Server(program);
    const url = `s3:${server.endpoint}/obhut`;
    const plain = await obhutAt({ url, env: server.env }, "init");
    assert.equal(plain.code, 0, plain.stderr);
    const run = await obhutAt({ url: `${url}/other`, env: server.env, words: words(3) }, "init");
    assert.equal(run.code, 1, run.text);
    assert.match(run.stderr, /object.?lock/i);
  });
}

it("settings that mean nothing alone, or nothing at all", async () => {
  for (const wrong of ["s3.object-lock-mode=governance", "s3.object-lock-days=3", "s3.object-lock-mode=strict"]) {
    const run = await obhutAt({ url: "s3:http://127.0.0.1:9/b" }, "snapshots", "-o", wrong);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /-o s3\.object-lock/, wrong);
  }
});
