/** `obhut cat` */
import { reason } from "../../base/reason-codes.ts";
import { type CatKind, catObject } from "../../jobs/cat-object.ts";
import { askedSource } from "../asked-repositories.ts";
import type { Command, CommandCall } from "../command.ts";
import { catKinds } from "../option-table.ts";
import { usageError } from "../parse-arguments.ts";

export const run: Command = async (call) => {
  const { args, parts, reporter, out, signal } = call;
  const repository = askedSource(args, parts.env, parts.folder);
  const watch = { emit: reporter.emit, signal: AbortSignal.any([signal, out.closed]) };
  const options = { repository, instance: args.value("instance"), ...askedObject(call) };
  const { bytes, damaged } = await catObject(options, parts, watch);
  await out.writeBytes(bytes);
  return damaged ? 3 : 0;
};

function askedObject({ args }: CommandCall): { readonly kind: CatKind; readonly query: string } {
  const [word = "", query] = args.positionals;
  const kind = catKinds.find((one) => one === word) ?? "config";
  if (kind !== "config" && query === undefined) {
    throw usageError(reason("argumentMissing", { command: `cat ${kind}`, name: "ID" }));
  }
  if (kind === "config" && query !== undefined) {
    throw usageError(reason("argumentTooMany", { command: "cat config", value: query }));
  }
  return { kind, query: query ?? "" };
}
