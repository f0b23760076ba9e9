/** What a person types to run this program, for commands that are printed to be copied. */
import { dirname } from "node:path";
import { shellWord } from "./start-commands.ts";

/** `obhut` where it is found by that name, else the path that it was called by; bin/obhut notes it. */
export function programName(env: Readonly<Record<string, string | undefined>>): string {
  const called = env["OBHUT_CALLED_AS"];
  if (!called?.includes("/")) return "obhut";
  const found = (env["PATH"] ?? "").split(":").includes(dirname(called));
  return found ? "obhut" : shellWord(called);
}
