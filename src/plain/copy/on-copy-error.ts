/** What a mirror does where a file cannot be written: stop there, or write the others and tell of it at the end. */
export const onCopyErrors = ["stop", "finish"] as const;
export type OnCopyError = (typeof onCopyErrors)[number];
