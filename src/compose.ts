/** The one file that picks concrete parts. Time, randomness, environment and storage come into the program here only. */
import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { systemClock } from "./base/clock.ts";
import { ObhutError } from "./base/errors.ts";
import type { Finding } from "./base/finding-codes.ts";
import { type LinePace, Pace } from "./base/pace.ts";
import type { TlsChoices } from "./host/http/tls-choices.ts";
import type { OpenedStorage, Parts } from "./jobs/parts.ts";
import { scratchParent } from "./jobs/scratch-folder.ts";
import type { PlainPlace } from "./plain/place/place.ts";
import type { CacheChoice } from "./plans/cache-choice.ts";
import type {
  B2Destination,
  Destination,
  PlainDestination,
  RemoteDestination,
  RestDestination,
  S3Destination,
} from "./plans/destination.ts";
import type { StorageOptions, TlsFiles } from "./plans/storage-options.ts";
import type { Actor, KeptBytes } from "./repository/repository.ts";
import type { Storage } from "./storage/storage.ts";
import type { SpoolOptions } from "./storage/wrap/spool.ts";
import type { TracedCall } from "./storage/wrap/traced.ts";

export interface SystemChoices {
  readonly password: Parts["password"];
  readonly cache: CacheChoice;
  readonly storageOptions: StorageOptions;
  /** Told of every call to a storage. */
  readonly onStorageCall?: ((call: TracedCall) => void) | undefined;
  readonly retryLockMs: number;
  /** What a part that is used in passing has to tell a person. */
  readonly onNote: (note: Finding) => void;
}

export function systemParts(asked: SystemChoices): Parts {
  const choices = { ...asked, line: linePace(asked.storageOptions) };
  return {
    clock: systemClock,
    env: process.env,
    folder: process.cwd(),
    actor: { ...systemActor(), retryLockMs: asked.retryLockMs },
    openStorage: (destination) => openStorage(destination, choices),
    openPlace: (destination) => openPlace(destination, choices),
    cacheStorage: (storage, opened) => cacheStorage(storage, { ...opened, ...choices }),
    keepIndex: (repositoryId) => keepIndex(repositoryId, choices),
    distance: { isDistant, spoolStorage },
    password: choices.password,
  };
}

/** What is given to every storage of a call; undefined where nothing is held back. */
function linePace({ pace: { upload, download } }: StorageOptions): LinePace | undefined {
  if (upload === undefined && download === undefined) return undefined;
  return { upload: new Pace(upload, systemClock), download: new Pace(download, systemClock) };
}

function systemActor(): Actor {
  return {
    clock: systemClock,
    random: (bytes) => randomBytes(bytes),
    hostname: hostname(),
    username: userName(),
    pid: process.pid,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  };
}

/** A container may run as a user id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}

interface Opening extends SystemChoices {
  readonly line: LinePace | undefined;
}

async function openStorage(destination: Destination, choices: Opening): Promise<Storage> {
  if (destination.kind === "local") {
    const { localStorage } = await import("./storage/local/local-storage.ts");
    return await tracedIfAsked(await pacedWhole(localStorage(destination.path), choices.line), choices);
  }
  const { retrying } = await import("./storage/wrap/retry.ts");
  // Each try is a call of its own.
  const storage = await tracedIfAsked(await openRemote(destination, choices), choices);
  return retrying(storage, { clock: systemClock, random: Math.random, onNote: choices.onNote });
}

async function tracedIfAsked(storage: Storage, { onStorageCall: onCall }: Opening): Promise<Storage> {
  if (onCall === undefined) return storage;
  const { traced } = await import("./storage/wrap/traced.ts");
  return traced(storage, { clock: systemClock, onCall });
}

async function openPlace(destination: PlainDestination, choices: Opening): Promise<PlainPlace> {
  const { onStorageCall: onCall, onNote } = choices;
  const opened = await openNearestPlace(destination, choices);
  const { tracedPlace } = onCall ? await import("./plain/place/wrap/traced-place.ts") : {};
  // Each try is a call of its own.
  const place = onCall && tracedPlace ? tracedPlace(opened, { clock: systemClock, onCall }) : opened;
  if (destination.place.kind === "local") return place;
  const { retryingPlace } = await import("./plain/place/wrap/retrying-place.ts");
  return retryingPlace(place, { clock: systemClock, random: Math.random, onNote });
}

async function openNearestPlace({ written, place }: PlainDestination, choices: Opening): Promise<PlainPlace> {
  const { storageOptions, line } = choices;
  switch (place.kind) {
    case "local": {
      const { localPlace } = await import("./plain/place/local/local-place.ts");
      return await pacedPlaceIfAsked(localPlace(place.path, written), line);
    }
    case "sftp": {
      const { sftpPlace } = await import("./plain/place/sftp/sftp-place.ts");
      const pace = line && { line };
      return await sftpPlace({ location: written, place, path: place.path, ...pace, ...storageOptions.sftp });
    }
    case "s3":
    case "b2": {
      const { s3Place } = await import("./plain/place/s3/s3-place.ts");
      const address = await (place.kind === "s3" ? s3Address(place, storageOptions) : b2Address(place, storageOptions));
      return await pacedPlaceIfAsked(s3Place({ ...address, location: written }), line);
    }
    case "rclone": {
      const { rclonePlace } = await import("./plain/place/rclone/rclone-place.ts");
      const { program: [program = "rclone", ...words] = [], connections, timeoutMs = 60_000 } = storageOptions.rclone;
      return await rclonePlace({
        location: written,
        remote: place.remote,
        program: [program, ...words],
        transfers: connections ?? 32,
        checkers: 16,
        timeoutMs,
        pace: storageOptions.pace,
        scratchParent: scratchParent(process.env),
        clock: systemClock,
      });
    }
  }
}

async function pacedPlaceIfAsked(place: PlainPlace, line: LinePace | undefined): Promise<PlainPlace> {
  if (line === undefined) return place;
  const { pacedPlace } = await import("./plain/place/wrap/paced-place.ts");
  return pacedPlace(place, line);
}

/** For storages that cannot hold back piece by piece. */
async function pacedWhole(storage: Storage, line: LinePace | undefined): Promise<Storage> {
  if (line === undefined) return storage;
  const { paced } = await import("./storage/wrap/paced.ts");
  return paced(storage, line);
}

async function openRemote(destination: RemoteDestination, { storageOptions, line }: Opening): Promise<Storage> {
  const { written: location } = destination;
  const pace = line && { line };
  switch (destination.kind) {
    case "sftp": {
      const { sftpStorage } = await import("./storage/sftp/sftp-storage.ts");
      return sftpStorage({ location, place: destination, path: destination.path, ...pace, ...storageOptions.sftp });
    }
    case "rest":
      return await openRest(destination, storageOptions, line);
    case "rclone": {
      const { restStorage } = await import("./storage/rest/rest-storage.ts");
      const { rcloneClient } = await import("./storage/rclone/rclone-client.ts");
      const { rcloneCommand } = await import("./storage/rclone/rclone-command.ts");
      const { connections = 5, timeoutMs = 60_000, ...choices } = storageOptions.rclone;
      const client = rcloneClient({
        location,
        command: rcloneCommand(destination.remote, choices),
        timeoutMs,
        ...pace,
      });
      return restStorage({ location, client, basePath: "/", connections });
    }
    case "s3":
      return await pacedWhole(await openS3(destination, storageOptions), line);
    case "b2":
      return await pacedWhole(await openB2(destination, storageOptions), line);
  }
}

async function openRest(
  destination: RestDestination,
  { rest, tls }: StorageOptions,
  line: LinePace | undefined,
): Promise<Storage> {
  const { restStorage } = await import("./storage/rest/rest-storage.ts");
  const { http1Client } = await import("./host/http/http1-client.ts");
  const { written: location, user, password } = destination;
  const login = user === undefined && password === undefined ? rest.login : { user, password };
  const who = login && Buffer.from(`${login.user ?? ""}:${login.password?.reveal() ?? ""}`).toString("base64");
  const { origin, pathname: basePath, protocol } = new URL(destination.url);
  const connections = rest.connections ?? 5;
  const certificates = protocol === "https:" ? await certificatesFor(tls) : {};
  const headers = who === undefined ? {} : { Authorization: `Basic ${who}` };
  const client = http1Client({
    origin,
    headers,
    connections,
    tls: certificates,
    env: process.env,
    ...(line && { line }),
  });
  return restStorage({ location, client, basePath, connections });
}

/** Node's TLS takes as long to load as all that opens a folder. */
async function certificatesFor(tls: TlsFiles): Promise<TlsChoices> {
  const { readCertificates } = await import("./jobs/read-certificates.ts");
  return await readCertificates(tls);
}

async function openS3(destination: S3Destination, options: StorageOptions): Promise<Storage> {
  const { s3Storage } = await import("./storage/s3/s3-storage.ts");
  return s3Storage(await s3Address(destination, options));
}

async function s3Address({ written: location, endpoint, bucket, prefix }: S3Destination, { s3, tls }: StorageOptions) {
  const certificates = endpoint.startsWith("https:") ? await certificatesFor(tls) : {};
  return { location, endpoint, bucket, prefix, env: process.env, tls: certificates, ...s3 };
}

async function cacheStorage(
  storage: Storage,
  { destination, repositoryId, cache, onNote }: OpenedStorage & SystemChoices,
): Promise<Storage> {
  const { folder, use } = cache;
  if (folder === undefined || (use === "distant" && !(await isDistant(destination)))) return storage;
  const { cached } = await import("./storage/wrap/cache.ts");
  return cached(storage, { folder, repository: repositoryId, onNote, nowMs: systemClock.nowMs });
}

/** Silent: where nothing can be kept, it takes a little longer. */
async function keepIndex(repository: string, { cache }: SystemChoices): Promise<KeptBytes | undefined> {
  const { folder } = cache;
  if (folder === undefined) return undefined;
  const { CacheFolder } = await import("./storage/wrap/cache-folder.ts");
  const kept = new CacheFolder({ folder, repository, onNote: () => undefined, nowMs: systemClock.nowMs });
  return {
    load: () => kept.read("joined", "index"),
    save: async (bytes) => {
      await kept.write("joined", "index", bytes);
      await kept.close();
    },
  };
}

async function openB2(destination: B2Destination, options: StorageOptions): Promise<Storage> {
  const { s3Storage } = await import("./storage/s3/s3-storage.ts");
  return s3Storage(await b2Address(destination, options));
}

async function b2Address({ written: location, bucket, prefix }: B2Destination, { b2, s3, tls }: StorageOptions) {
  const { account, api, connections } = b2;
  if (account === undefined) throw new ObhutError("B2_NO_CREDENTIALS", { location });
  const [{ b2Api, b2Endpoint }, { http1Client }, certificates] = await Promise.all([
    import("./storage/s3/b2-account.ts"),
    import("./host/http/http1-client.ts"),
    certificatesFor(tls),
  ]);
  const client = () => http1Client({ origin: api ?? b2Api, connections: 1, tls: certificates, env: process.env });
  return {
    ...s3,
    ...(connections === undefined ? {} : { connections }),
    location,
    endpoint: () => b2Endpoint({ location, ...account, client }),
    credentials: { accessKeyId: account.id, secretAccessKey: account.key },
    bucket,
    prefix,
    env: process.env,
    tls: certificates,
    bucketLookup: s3.bucketLookup ?? ("path" as const),
  };
}

async function spoolStorage(storage: Storage, options: SpoolOptions): Promise<Storage> {
  const { spooled } = await import("./storage/wrap/spool.ts");
  return spooled(storage, options);
}

/** Whether copies on this machine are nearer than the place itself. */
async function isDistant(destination: Destination): Promise<boolean> {
  if (destination.kind !== "local") return true;
  const { isDistantFolder } = await import("./host/file-systems.ts");
  return await isDistantFolder(destination.path);
}
