export * as contents from "./de/contents.ts";
export { errors } from "./de/errors.ts";
export { findings } from "./de/findings.ts";
export * as help from "./de/help.ts";
export * as instance from "./de/instance.ts";
export { output } from "./de/output.ts";
export { reasons } from "./de/reasons.ts";
export { sheet } from "./de/sheet.ts";
