/** The script of a checking thread. */
import { workerData } from "node:worker_threads";
import { BlobOpener } from "../blob-opener.ts";
import { masterKeyOf, Sealer } from "../format/crypto.ts";
import { serveTasks } from "../workers/serve-tasks.ts";
import { checkPack } from "./check-pack.ts";
import type { CheckerData, CheckPackResult, CheckPackTask } from "./check-pack-task.ts";

const key = masterKeyOf((workerData as CheckerData).masterKey);
const [sealer, opener] = [new Sealer(key), new BlobOpener(key)];

serveTasks<CheckPackTask, CheckPackResult>({
  run: (task) => checkPack(task, sealer, opener),
});
