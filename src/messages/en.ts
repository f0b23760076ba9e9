export * as contents from "./en/contents.ts";
export { errors } from "./en/errors.ts";
export { findings } from "./en/findings.ts";
export * as help from "./en/help.ts";
export * as instance from "./en/instance.ts";
export { type OutputKey, output } from "./en/output.ts";
export { reasons } from "./en/reasons.ts";
export { sheet } from "./en/sheet.ts";
export { system } from "./en/system.ts";
