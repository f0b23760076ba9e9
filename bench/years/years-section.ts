/** Measures the repository of years, and says it as RESULTS.md does. */
import { loadavg } from "node:os";
import { obhut } from "../tools/obhut.ts";
import { restic } from "../tools/restic.ts";
import { measureYears, type YearsOptions } from "./measure-years.ts";
import { yearsSection } from "./report-years.ts";

export async function newYearsSection(options: YearsOptions): Promise<string> {
  const facts = {
    date: new Date().toISOString().slice(0, 10),
    loadBefore: loadavg()[0] ?? 0,
    versions: [obhut.version(), restic.version()],
  };
  return yearsSection(await measureYears(options), facts);
}
