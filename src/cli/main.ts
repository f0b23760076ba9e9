/**
 * Entry of the program. Only what must come first is here: compiled code is kept between runs, in a folder that
 * belongs to this user alone (Node's default is a name in /tmp that others could have made before us).
 */
import { enableCompileCache } from "node:module";
import { join } from "node:path";

const home = process.env["XDG_CACHE_HOME"] || (process.env["HOME"] && join(process.env["HOME"], ".cache"));
if (home && process.env["NODE_DISABLE_COMPILE_CACHE"] === undefined)
  enableCompileCache(join(home, "obhut", "compiled"));

const { runCli } = await import("./run-cli.ts");
await runCli(process.argv.slice(2));
