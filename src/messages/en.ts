export { errors } from "./en/errors.ts";
export { findings } from "./en/findings.ts";
export { type TextKey, text } from "./en/text.ts";
