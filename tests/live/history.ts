/**
 * What one person did, in order, and which moments of it a copy may show.
 *
 * A person acts one thing at a time: the next begins when the one before was acknowledged. So a copy of one moment shows the
 * effects of the first k actions, exactly those, for some k; and k is at least what was acknowledged before the
 * copy began and at most what had begun when it ended.
 */

export type Effect =
  /** A chat was made or continued; it has this many messages now. */
  | { readonly kind: "chat"; readonly id: string; readonly messages: number }
  | { readonly kind: "chatGone"; readonly id: string }
  | { readonly kind: "file"; readonly id: string; readonly sha256: string }
  | { readonly kind: "fileGone"; readonly id: string }
  | { readonly kind: "known"; readonly id: string }
  | { readonly kind: "knownGone"; readonly id: string }
  | { readonly kind: "memory"; readonly id: string };

/** One person's rows. Knowledge is the set of files in the person's knowledge base. */
export interface PersonState {
  readonly chats: ReadonlyMap<string, number>;
  readonly files: ReadonlyMap<string, string>;
  readonly known: ReadonlySet<string>;
  readonly memories: ReadonlySet<string>;
}

export interface Action {
  readonly begunMs: number;
  /** Both absent while it is under way. */
  readonly acknowledgedMs?: number;
  readonly effect?: Effect;
}

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export type Match =
  | { readonly kind: "moment"; readonly actions: number }
  | { readonly kind: "none"; readonly nearest: string };

/** The state after the first `count` actions, all of which have ended. */
export function stateAfter(actions: readonly Action[], count: number): PersonState {
  const chats = new Map<string, number>();
  const files = new Map<string, string>();
  const known = new Set<string>();
  const memories = new Set<string>();
  for (const { effect } of actions.slice(0, count)) {
    if (effect === undefined) throw new Error("an action has no effect: it is still under way, or failed");
    switch (effect.kind) {
      case "chat":
        chats.set(effect.id, effect.messages);
        break;
      case "chatGone":
        chats.delete(effect.id);
        break;
      case "file":
        files.set(effect.id, effect.sha256);
        break;
      case "fileGone":
        files.delete(effect.id);
        break;
      case "known":
        known.add(effect.id);
        break;
      case "knownGone":
        known.delete(effect.id);
        break;
      case "memory":
        memories.add(effect.id);
        break;
    }
  }
  return { chats, files, known, memories };
}

/** Which moment `seen` shows, of those that a copy made in `window` may show. */
export function matchMoment(actions: readonly Action[], seen: PersonState, window: Window): Match {
  const least = actions.filter((action) => (action.acknowledgedMs ?? Infinity) < window.fromMs).length;
  const most = actions.filter((action) => action.begunMs <= window.toMs).length;
  let nearest: string[] | undefined;
  for (let count = least; count <= most; count += 1) {
    const wrong = differences(stateAfter(actions, count), seen);
    if (wrong.length === 0) return { kind: "moment", actions: count };
    if (nearest === undefined || wrong.length < nearest.length) nearest = wrong;
  }
  return { kind: "none", nearest: `after ${least} to ${most} actions; at best: ${nearest?.slice(0, 5).join("; ")}` };
}

/** One sentence for each thing in which the two states differ. */
export function differences(expected: PersonState, seen: PersonState): string[] {
  return [
    ...mapDifferences("chat", expected.chats, seen.chats),
    ...mapDifferences("file", expected.files, seen.files),
    ...mapDifferences("file of the knowledge base", present(expected.known), present(seen.known)),
    ...mapDifferences("memory", present(expected.memories), present(seen.memories)),
  ];
}

function present(ids: ReadonlySet<string>): ReadonlyMap<string, true> {
  return new Map([...ids].map((id) => [id, true]));
}

function mapDifferences<Value>(
  what: string,
  expected: ReadonlyMap<string, Value>,
  seen: ReadonlyMap<string, Value>,
): string[] {
  const missing = [...expected].filter(([id, value]) => seen.get(id) !== value);
  const extra = [...seen.keys()].filter((id) => !expected.has(id));
  return [
    ...missing.map(([id, value]) => `${what} ${id} should be ${value} and is ${seen.get(id)}`),
    ...extra.map((id) => `${what} ${id} should not be there`),
  ];
}
