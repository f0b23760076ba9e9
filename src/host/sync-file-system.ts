/**
 * Makes everything that was written to a file system durable: one call for ten thousand files. Node has no syncfs(2), so the program `sync`
 * of coreutils and of busybox makes it (`sync -f`); where that is missing or cannot, each file and folder is synced by itself.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readdir } from "node:fs/promises";
import { type BytePath, bytePathOf, bytesOf, joinPath } from "../base/byte-path.ts";
import { syncFile } from "./durable-write.ts";

/** Rejects with the system's error. */
export async function syncFileSystem(root: BytePath): Promise<void> {
  if (!(await callSync(root))) await syncTree(root);
}

async function callSync(root: BytePath): Promise<boolean> {
  try {
    // The folder is where the program runs: a name that is not UTF-8 is no argument.
    const child = spawn("sync", ["-f", "."], { cwd: bytesOf(root).toString("utf8"), stdio: "ignore" });
    const [code] = await once(child, "close");
    return code === 0;
  } catch {
    return false;
  }
}

async function syncTree(path: BytePath): Promise<void> {
  for (const entry of await readdir(bytesOf(path), { withFileTypes: true, encoding: "buffer" })) {
    const child = joinPath(path, bytePathOf(entry.name));
    if (entry.isDirectory()) await syncTree(child);
    else if (entry.isFile()) await syncOne(child);
  }
  await syncOne(path);
}

async function syncOne(path: BytePath): Promise<void> {
  await using file = await open(bytesOf(path), "r");
  await syncFile(file);
}
