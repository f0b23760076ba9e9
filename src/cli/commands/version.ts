/** `obhut version` */
import { readFile } from "node:fs/promises";
import { fill } from "../../messages/sentence.ts";
import type { Command } from "../command.ts";

export const run: Command = async ({ reporter, messages }) => {
  const file = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(file) as { version: string };
  const node = process.versions.node;
  reporter.record("summary", { command: "version", version, node });
  reporter.lines([fill(messages.output.version, { version, node })]);
  return 0;
};
