import assert from "node:assert/strict";
import { test } from "node:test";
import type { SourceEntry } from "../source-entry.ts";
import { bytesEntry } from "./backup-kit.ts";
import { BegunEntries } from "./begun-entries.ts";

const entries = ["/a", "/b"].map((path) => bytesEntry(path, Buffer.from(path)));

interface Source {
  readonly said: string[];
  readonly entries: AsyncIterable<SourceEntry>;
}

function source(begin: () => Promise<void> = async () => undefined): Source {
  const said: string[] = [];
  const generate = async function* (): AsyncGenerator<SourceEntry> {
    try {
      said.push("begun");
      await begin();
      yield* entries;
    } finally {
      said.push("ended");
    }
  };
  return { said, entries: generate() };
}

test("begins at once, and gives every entry in order", async () => {
  const { said, entries: given } = source();
  const begun = new BegunEntries(given);
  assert.deepEqual(said, ["begun"]);
  assert.deepEqual(await Array.fromAsync(begun), entries);
  assert.deepEqual(said, ["begun", "ended"]);
  await begun.close(undefined);
});

test("a failure of its first step is told to whoever iterates", async () => {
  const begun = new BegunEntries(source(async () => Promise.reject(new Error("no source"))).entries);
  await new Promise((resolve) => setImmediate(resolve));
  await assert.rejects(Array.fromAsync(begun), /no source/);
});

test("one that is left in the middle, or that nobody asks, is ended", async () => {
  const left = source();
  for await (const _ of new BegunEntries(left.entries)) break;
  const closed = source();
  await new BegunEntries(closed.entries).close(undefined);
  assert.deepEqual(
    [left.said, closed.said],
    [
      ["begun", "ended"],
      ["begun", "ended"],
    ],
  );
});

test("a first step that hangs is not waited for by who stops", async () => {
  const begun = new BegunEntries(source(() => new Promise(() => undefined)).entries);
  await begun.close(AbortSignal.abort());
});
