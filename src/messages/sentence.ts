/** A sentence with places for values: `{name}` stands for the value called name; see `fill`. */
export interface Sentence {
  /** What happened, with the values. */
  readonly what: string;
  /** What to do next; empty where there is nothing to do. */
  readonly next: string;
}

const places = /\{(\w+)(?::([^|{}]*)\|([^|{}]*))?\}/g;

/**
 * Puts the values into the places. `{count:file|files}` is a word that goes with a number: the first where `count` is one, else the
 * second. A place without a value stays as it is, so that a test can see it.
 */
export function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(
    places,
    (place, name: string, one: string | undefined, many: string | undefined, at: number) => {
      const value = values[name];
      if (value === undefined) return place;
      if (one !== undefined && many !== undefined) return String(value) === "1" ? one : many;
      // What others said may be a sentence with a full stop of its own.
      const ends = template[at + place.length] === "." && /[^.]\.$/.test(String(value));
      return ends ? String(value).slice(0, -1) : String(value);
    },
  );
}

/** The template as it is where it speaks of several: for documents. */
export function ofSeveral(template: string): string {
  return template.replace(places, (place, _name: string, _one?: string, many?: string) => many ?? place);
}
