/** Entry of the program. bin/obhut starts it, and keeps compiled code between runs. */
import { runCli } from "./run-cli.ts";

await runCli(process.argv.slice(2));
