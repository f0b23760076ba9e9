/** Prints, for each .cpuprofile in a folder, in which functions a thread spent its time. `hot-functions.ts DIR [COUNT]` */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

/** As V8 writes it: `samples[i]` is the node that ran for `timeDeltas[i]` microseconds. */
interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const [folder, count = "15"] = process.argv.slice(2);
if (folder === undefined) throw new Error("hot-functions.ts DIR [COUNT]");

for (const name of readdirSync(folder).sort()) {
  if (!name.endsWith(".cpuprofile")) continue;
  const profile = JSON.parse(readFileSync(join(folder, name), "utf8")) as Profile;
  const spent = selfTimes(profile);
  const totalMs = [...spent.values()].reduce((sum, ms) => sum + ms, 0);
  console.log(`\n${name}: ${totalMs.toFixed(0)} ms`);
  for (const [where, ms] of [...spent].sort((a, b) => b[1] - a[1]).slice(0, Number(count)))
    console.log(`${ms.toFixed(0).padStart(8)} ms ${((100 * ms) / totalMs).toFixed(1).padStart(5)} %  ${where}`);
}

/** Milliseconds in each function itself, not in what it calls. */
function selfTimes(profile: Profile): Map<string, number> {
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const spent = new Map<string, number>();
  profile.samples.forEach((id, i) => {
    const where = names.get(id) ?? "?";
    spent.set(where, (spent.get(where) ?? 0) + (profile.timeDeltas[i] ?? 0) / 1000);
  });
  return spent;
}

function placeOf(frame: ProfileNode["callFrame"]): string {
  const file = frame.url.slice(frame.url.lastIndexOf("/src/") + 1);
  return `${frame.functionName || "(anonymous)"} ${file}${file === "" ? "" : `:${frame.lineNumber + 1}`}`;
}
