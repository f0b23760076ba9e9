/** The script of a copying thread. */
import { workerData } from "node:worker_threads";
import { pieceCompressor } from "../../host/zstd.ts";
import { BlobOpener } from "../blob-opener.ts";
import { masterKeyOf } from "../format/crypto.ts";
import { serveTasks } from "../workers/serve-tasks.ts";
import { openBlobs } from "./open-blobs.ts";
import type { OpenBlobsResult, OpenBlobsTask, OpenerData } from "./open-blobs-task.ts";

const { masterKey, payloads: form } = workerData as OpenerData;
const tools = {
  opener: new BlobOpener(masterKeyOf(masterKey)),
  compressor: pieceCompressor(),
  form,
  frame: Buffer.alloc(0),
};

serveTasks<OpenBlobsTask, OpenBlobsResult>({ run: (task) => openBlobs(task, tools) });
