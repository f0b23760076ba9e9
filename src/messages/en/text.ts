/** Every other sentence of the program: help, tables, progress, summaries. */
export const text = {
  exampleOnly: "",
} as const;

export type TextKey = keyof typeof text;
