import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { recoveryPassword } from "./recovery-password.ts";

test("eight groups of characters that nobody mistakes, another one each time", () => {
  const made = new Set(Array.from({ length: 100 }, () => recoveryPassword(randomBytes).reveal()));
  assert.equal(made.size, 100);
  for (const password of made) assert.match(password, /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){7}$/);
});

test("every byte counts, and each of the 32 characters comes up", () => {
  const zeros = recoveryPassword((bytes) => new Uint8Array(bytes)).reveal();
  assert.equal(zeros, "0000-0000-0000-0000-0000-0000-0000-0000");
  const rising = recoveryPassword((bytes) => Uint8Array.from({ length: bytes }, (_, at) => at + 32)).reveal();
  assert.equal(new Set(rising.replaceAll("-", "")).size, 32);
});
