/** `obhut version` */
import { programVersion } from "../../jobs/program-version.ts";
import { fill } from "../../messages/sentence.ts";
import type { Command } from "../command.ts";

export const run: Command = async ({ reporter, messages }) => {
  const version = programVersion();
  const node = process.versions.node;
  reporter.record("summary", { command: "version", version, node });
  reporter.lines([fill(messages.output.version, { version, node })]);
  return 0;
};
