import assert from "node:assert/strict";
import { test } from "node:test";
import { type Action, type Effect, matchMoment, stateAfter } from "./history.ts";

const effects: Effect[] = [
  { kind: "chat", id: "c1", messages: 2 },
  { kind: "file", id: "f1", sha256: "aa" },
  { kind: "known", id: "f1" },
  { kind: "chat", id: "c1", messages: 4 },
  { kind: "knownGone", id: "f1" },
  { kind: "fileGone", id: "f1" },
  { kind: "memory", id: "m1" },
  { kind: "chatGone", id: "c1" },
];
/** Action n begins at n * 10 and is acknowledged 5 later. */
const actions: Action[] = effects.map((effect, at) => ({ begunMs: at * 10, acknowledgedMs: at * 10 + 5, effect }));

test("each state that existed inside the window is recognised as its moment", () => {
  for (let count = 0; count <= actions.length; count += 1) {
    const window = { fromMs: count * 10 - 5, toMs: count * 10 + 5 };
    assert.deepEqual(matchMoment(actions, stateAfter(actions, count), window), { kind: "moment", actions: count });
  }
});

test("a state from before or after the window is refused", () => {
  const window = { fromMs: 36, toMs: 45 };
  assert.equal(matchMoment(actions, stateAfter(actions, 3), window).kind, "none");
  assert.equal(matchMoment(actions, stateAfter(actions, 6), window).kind, "none");
});

test("a mixture of two moments is refused, and what is wrong with it is named", () => {
  const late = stateAfter(actions, 4);
  const window = { fromMs: 0, toMs: 45 };
  const impossible = { ...late, files: new Map() };
  const refused = matchMoment(actions, impossible, window);
  assert.equal(refused.kind, "none");
  assert.match(refused.kind === "none" ? refused.nearest : "", /file f1 should be aa and is undefined/);
});
