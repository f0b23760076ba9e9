/** A sentence with places for values: `{name}` stands for the value called name. */
export interface Sentence {
  /** What happened, with the values. */
  readonly what: string;
  /** What to do next; empty where there is nothing to do. */
  readonly next: string;
}

/** Puts the values into the places. A place without a value stays as it is, so that a test can see it. */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
