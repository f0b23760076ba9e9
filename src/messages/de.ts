export { errors } from "./de/errors.ts";
export { findings } from "./de/findings.ts";
export { text } from "./de/text.ts";
