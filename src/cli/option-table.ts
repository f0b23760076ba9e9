/** Every option and command of the CLI, as data: parsing, help and completion are made from these tables. */
import type { CatKind } from "../jobs/cat-object.ts";
import type { help as words } from "../messages/en.ts";
import { archiveFormats } from "../plain/copy/archive-formats.ts";
import { linkModes } from "../plain/copy/link-modes.ts";
import { onCopyErrors } from "../plain/copy/on-copy-error.ts";
import { statsModes } from "../repository/stats/stats-modes.ts";

export type OptionName = keyof typeof words.options;
export type ValueName = keyof typeof words.values;
export type CommandName = keyof typeof words.commands;

export interface OptionSpec {
  /** One letter, for `-r`. */
  readonly short?: string;
  /** What stands behind the option; a flag has none. */
  readonly value?: ValueName;
  readonly repeatable?: true;
  readonly choices?: readonly string[];
  /** An empty value means something. */
  readonly empty?: true;
}

export const optionTable: Readonly<Record<OptionName, OptionSpec>> = {
  data: { value: "dir" },
  to: { short: "r", value: "destination", repeatable: true },
  from: { short: "r", value: "destination" },
  "from-repository": { value: "destination" },
  "copy-chunker-params": {},
  "make-key-file": { value: "file" },
  "recovery-key": {},
  "recovery-sheet": { value: "file" },
  "new-password-file": { value: "file" },
  "new-password-command": { value: "command" },
  user: { value: "name" },
  host: { value: "name" },
  "from-password-file": { value: "file" },
  "from-password-command": { value: "command" },
  instance: { value: "name" },
  "password-file": { short: "p", value: "file" },
  "password-command": { value: "command" },
  option: { short: "o", value: "setting", repeatable: true },
  "retry-lock": { value: "duration" },
  "limit-upload": { value: "rate" },
  "limit-download": { value: "rate" },
  trace: { value: "file" },
  cacert: { value: "file" },
  "tls-client-cert": { value: "file" },
  "cache-dir": { value: "dir" },
  "no-cache": {},
  tag: { value: "tag", repeatable: true },
  part: { value: "parts", repeatable: true },
  include: { value: "pattern", repeatable: true },
  exclude: { value: "pattern", repeatable: true },
  iexclude: { value: "pattern", repeatable: true },
  "new-host": { value: "name" },
  "new-time": { value: "time" },
  forget: {},
  "env-file": { value: "file" },
  "secret-key-file": { value: "file" },
  "deployment-file": { value: "file", repeatable: true },
  "spool-dir": { value: "dir" },
  "spool-limit": { value: "size" },
  cold: {},
  "force-live": {},
  "audit-log": {},
  layout: { value: "layout" },
  "link-mode": { value: "mode", choices: linkModes },
  archive: { value: "mode", choices: archiveFormats },
  "include-secrets": {},
  trash: {},
  "accept-losses": {},
  transfers: { value: "count" },
  checkers: { value: "count" },
  "on-copy-error": { value: "mode", choices: onCopyErrors },
  "copy-exclude": { value: "pattern", repeatable: true },
  "dry-run": { short: "n" },
  target: { value: "dir" },
  overwrite: {},
  "no-verify": {},
  "data-path": { value: "path" },
  secrets: { value: "dir" },
  "ignore-case": { short: "i" },
  oldest: { short: "O", value: "time" },
  newest: { short: "N", value: "time" },
  snapshot: { short: "s", value: "snapshot", repeatable: true },
  long: {},
  blob: {},
  tree: {},
  pack: {},
  metadata: {},
  mode: { value: "mode", choices: statsModes },
  "read-all-packs": {},
  "read-data": {},
  "read-data-subset": { value: "subset" },
  "keep-last": { short: "l", value: "count" },
  "keep-hourly": { short: "H", value: "count" },
  "keep-daily": { short: "d", value: "count" },
  "keep-weekly": { short: "w", value: "count" },
  "keep-monthly": { short: "m", value: "count" },
  "keep-yearly": { short: "y", value: "count" },
  "keep-within": { value: "duration" },
  "keep-within-hourly": { value: "duration" },
  "keep-within-daily": { value: "duration" },
  "keep-within-weekly": { value: "duration" },
  "keep-within-monthly": { value: "duration" },
  "keep-within-yearly": { value: "duration" },
  "keep-tag": { value: "tags", repeatable: true, empty: true },
  "group-by": { short: "g", value: "grouping", empty: true },
  path: { value: "path", repeatable: true },
  "unsafe-allow-remove-all": {},
  prune: {},
  set: { value: "tags", repeatable: true, empty: true },
  add: { value: "tags", repeatable: true },
  remove: { value: "tags", repeatable: true },
  "max-unused": { value: "limit" },
  "max-repack-size": { value: "size" },
  "repack-cacheable-only": {},
  "repack-small": {},
  "keep-delete": { value: "duration" },
  "remove-all": {},
  json: {},
  quiet: { short: "q" },
  lang: { value: "language", choices: ["en", "de"] },
  help: { short: "h" },
};

export interface ArgumentSpec {
  readonly value: ValueName;
  readonly optional?: true;
  /** Takes all that follow; only the last one may. */
  readonly repeatable?: true;
  readonly choices?: readonly string[];
}

export interface CommandSpec {
  readonly arguments: readonly ArgumentSpec[];
  readonly options: readonly OptionName[];
}

/** How a distant place is reached. */
const reach = ["option", "limit-upload", "limit-download", "cacert", "tls-client-cert", "trace"] as const;
/** What every command takes that opens a repository: its password, and how a distant one is reached. */
const password = ["password-file", "password-command", "retry-lock", ...reach] as const;
/** What is read again and again may lie nearer. Not for `check`, which looks at the place itself. */
const cache = ["cache-dir", "no-cache"] as const;
const newKey = ["new-password-file", "new-password-command", "user", "host"] as const;
const fromPassword = ["from-password-file", "from-password-command"] as const;
const always = ["json", "quiet", "lang", "help"] as const;

export const shells = ["bash", "zsh", "fish"] as const;

/** What `cat` shows. */
export const catKinds = [
  "config",
  "key",
  "snapshot",
  "index",
  "lock",
  "pack",
  "blob",
  "tree",
] as const satisfies readonly CatKind[];

export const commandTable: Readonly<Record<CommandName, CommandSpec>> = {
  start: { arguments: [{ value: "dir", optional: true }], options: always },
  init: {
    arguments: [],
    options: [
      "to",
      "make-key-file",
      "recovery-key",
      "recovery-sheet",
      "layout",
      "copy-chunker-params",
      "from-repository",
      ...fromPassword,
      ...password,
      ...always,
    ],
  },
  backup: {
    arguments: [],
    options: [
      "data",
      "to",
      "instance",
      "tag",
      "part",
      "exclude",
      "env-file",
      "secret-key-file",
      "deployment-file",
      "audit-log",
      "cold",
      "force-live",
      "spool-dir",
      "spool-limit",
      "layout",
      "link-mode",
      "archive",
      "keep-last",
      "include-secrets",
      "trash",
      "accept-losses",
      "transfers",
      "checkers",
      "on-copy-error",
      "copy-exclude",
      "dry-run",
      ...password,
      ...cache,
      ...always,
    ],
  },
  snapshots: { arguments: [], options: ["from", "instance", "tag", "path", ...password, ...cache, ...always] },
  ls: {
    arguments: [{ value: "snapshot" }, { value: "path", optional: true }],
    options: ["from", "instance", ...password, ...cache, ...always],
  },
  dump: {
    arguments: [{ value: "snapshot" }, { value: "path" }],
    options: ["from", "instance", ...password, ...cache, ...always],
  },
  cat: {
    arguments: [
      { value: "object", choices: catKinds },
      { value: "id", optional: true },
    ],
    options: ["from", "instance", ...password, ...always],
  },
  find: {
    arguments: [{ value: "pattern", repeatable: true }],
    options: [
      "from",
      "ignore-case",
      "oldest",
      "newest",
      "snapshot",
      "long",
      "blob",
      "tree",
      "pack",
      "instance",
      "tag",
      ...password,
      ...cache,
      ...always,
    ],
  },
  diff: {
    arguments: [{ value: "snapshot" }, { value: "snapshot" }, { value: "path", optional: true }],
    options: ["from", "instance", "metadata", ...password, ...cache, ...always],
  },
  stats: {
    arguments: [{ value: "snapshot", optional: true, repeatable: true }],
    options: ["from", "mode", "instance", "tag", ...password, ...cache, ...always],
  },
  restore: {
    arguments: [{ value: "snapshot" }],
    options: [
      "from",
      "target",
      "instance",
      "part",
      "include",
      "exclude",
      "overwrite",
      "no-verify",
      "data-path",
      "secrets",
      "dry-run",
      ...password,
      ...cache,
      ...always,
    ],
  },
  copy: {
    arguments: [{ value: "snapshot", optional: true, repeatable: true }],
    options: [
      "from-repository",
      "to",
      "instance",
      "tag",
      "path",
      "dry-run",
      ...fromPassword,
      ...password,
      ...cache,
      ...always,
    ],
  },
  rewrite: {
    arguments: [{ value: "snapshot", optional: true, repeatable: true }],
    options: [
      "from",
      "exclude",
      "iexclude",
      "new-host",
      "new-time",
      "forget",
      "instance",
      "tag",
      "path",
      "dry-run",
      ...password,
      ...cache,
      ...always,
    ],
  },
  check: { arguments: [], options: ["from", "read-data", "read-data-subset", ...password, ...always] },
  "repair index": { arguments: [], options: ["from", "read-all-packs", "dry-run", ...password, ...always] },
  "repair packs": {
    arguments: [{ value: "pack", repeatable: true }],
    options: ["from", "dry-run", ...password, ...always],
  },
  "repair snapshots": {
    arguments: [{ value: "snapshot", optional: true, repeatable: true }],
    options: ["from", "forget", "instance", "tag", "path", "dry-run", ...password, ...always],
  },
  forget: {
    arguments: [{ value: "snapshot", optional: true, repeatable: true }],
    options: [
      "from",
      "keep-last",
      "keep-hourly",
      "keep-daily",
      "keep-weekly",
      "keep-monthly",
      "keep-yearly",
      "keep-within",
      "keep-within-hourly",
      "keep-within-daily",
      "keep-within-weekly",
      "keep-within-monthly",
      "keep-within-yearly",
      "keep-tag",
      "instance",
      "tag",
      "path",
      "group-by",
      "dry-run",
      "prune",
      "max-unused",
      "max-repack-size",
      "repack-cacheable-only",
      "repack-small",
      "unsafe-allow-remove-all",
      ...password,
      ...cache,
      ...always,
    ],
  },
  tag: {
    arguments: [{ value: "snapshot", optional: true, repeatable: true }],
    options: ["from", "set", "add", "remove", "instance", "tag", "path", ...password, ...cache, ...always],
  },
  prune: {
    arguments: [],
    options: [
      "from",
      "max-unused",
      "max-repack-size",
      "repack-cacheable-only",
      "repack-small",
      "keep-delete",
      "dry-run",
      ...password,
      ...cache,
      ...always,
    ],
  },
  inspect: {
    arguments: [{ value: "dir", optional: true }],
    options: ["data", "env-file", "secret-key-file", "cold", "force-live", ...always],
  },
  unlock: { arguments: [], options: ["from", "remove-all", ...password, ...always] },
  "key list": { arguments: [], options: ["from", ...password, ...always] },
  "key add": { arguments: [], options: ["from", ...newKey, ...password, ...always] },
  "key passwd": { arguments: [], options: ["from", ...newKey, ...password, ...always] },
  "key remove": { arguments: [{ value: "key" }], options: ["from", ...password, ...always] },
  "key sheet": { arguments: [], options: ["from", "recovery-key", "recovery-sheet", ...password, ...always] },
  "destination test": { arguments: [{ value: "destination", optional: true }], options: [...reach, ...always] },
  version: { arguments: [], options: always },
  completion: { arguments: [{ value: "shell", choices: shells }], options: ["lang", "help"] },
  help: { arguments: [{ value: "command", optional: true, repeatable: true }], options: ["lang", "help"] },
};

export const commandNames = Object.keys(commandTable) as CommandName[];

/** First words of commands that have two, such as `key list`. */
export const commandGroups = [
  ...new Set(commandNames.flatMap((name) => (name.includes(" ") ? [name.split(" ")[0] ?? ""] : []))),
];

/** The commands that begin with this word. */
export function commandsOf(group: string): readonly CommandName[] {
  return commandNames.filter((name) => name.startsWith(`${group} `));
}

export function isCommandName(text: string): text is CommandName {
  return Object.hasOwn(commandTable, text);
}
