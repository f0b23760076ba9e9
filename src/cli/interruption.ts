/** Ctrl-C: the first ends the job cleanly (locks released, nothing half done), the second ends the program at once. */
import { ObhutError } from "../base/errors.ts";

export function interruptionSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new ObhutError("INTERRUPTED", {}));
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  process.on("SIGHUP", interrupt);
  return controller.signal;
}
