/** Where each path of a copy is written: under its own names, or where the place cannot hold one, under others that the file list records. */
import { type BytePath, joinPath } from "../../base/byte-path.ts";
import { collisionKey, isHeld, type NameRules, standIn } from "./name-rules.ts";

export class NameMap {
  readonly #rules: NameRules;
  /** By folder of the place: which name of ours has which key. */
  readonly #taken = new Map<BytePath, Map<string, BytePath>>();
  readonly #folders = new Map<BytePath, BytePath>([["" as BytePath, "" as BytePath]]);

  /** `kept`: pairs of path and place of the copy before, so that a name that had to give way does so again. */
  constructor(rules: NameRules, kept: Iterable<readonly [path: BytePath, place: BytePath]> = []) {
    this.#rules = rules;
    for (const [path, place] of kept) this.#keep(path, place);
  }

  /** The same for the same path, always; another for another. */
  placeOf(path: BytePath): BytePath {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf("/");
    const folder = this.placeOf((slash < 0 ? "" : path.slice(0, slash)) as BytePath);
    const place = below(folder, this.#nameIn(folder, path.slice(slash + 1) as BytePath));
    this.#folders.set(path, place);
    return place;
  }

  #nameIn(folder: BytePath, name: BytePath): BytePath {
    const own = isHeld(name, this.#rules) && this.#take(folder, name, name);
    if (own) return name;
    const other = standIn(name);
    this.#take(folder, other, name);
    return other;
  }

  /** False where the place takes it for a name that another file has. */
  #take(folder: BytePath, name: BytePath, owner: BytePath): boolean {
    const names = this.#taken.get(folder) ?? new Map<string, BytePath>();
    this.#taken.set(folder, names);
    const key = collisionKey(name, this.#rules);
    const has = names.get(key);
    if (has !== undefined && has !== owner) return false;
    names.set(key, owner);
    return true;
  }

  /** Each folder on the way too: its name may be one that had to give way. */
  #keep(path: BytePath, place: BytePath): void {
    const [own, placed] = [path.split("/"), place.split("/")];
    if (own.length !== placed.length) return;
    for (let depth = 1; depth <= own.length; depth++) {
      const at = own.slice(0, depth).join("/") as BytePath;
      if (this.#folders.has(at)) continue;
      const name = placed[depth - 1] as BytePath;
      this.#take(placed.slice(0, depth - 1).join("/") as BytePath, name, own[depth - 1] as BytePath);
      this.#folders.set(at, placed.slice(0, depth).join("/") as BytePath);
    }
  }
}

function below(folder: BytePath, name: BytePath): BytePath {
  return folder === "" ? name : joinPath(folder, name);
}
