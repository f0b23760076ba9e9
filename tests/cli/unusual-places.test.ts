/** Places that are no place for a repository: an error with a name, soon. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { obhut } from "./run-obhut.ts";

const env = { RESTIC_PASSWORD: "p" };

for (const words of [
  ["destination", "test", "/proc/x"],
  ["init", "--to", "/proc/x"],
  ["init", "--to", "/proc/x/y"],
  ["destination", "test", "/dev/null"],
  ["init", "--to", "/dev/null/x"],
]) {
  it(words.join(" "), { timeout: 30_000 }, async () => {
    const run = await obhut([...words, "--json"], { env });
    assert.equal(run.code, 1, run.text);
    assert.equal(run.json.at(-1)?.["code"], "STORAGE_FAILED");
  });
}
