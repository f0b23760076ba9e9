/** How long objects of a bucket with object lock are kept from everybody. */
import { ObjectLockMode } from "@aws-sdk/client-s3";
import type { FileType } from "../storage.ts";

export interface ObjectLock {
  /** `governance`: who has a special permission may end it early. `compliance`: nobody may. */
  readonly mode: "governance" | "compliance";
  readonly days: number;
}

const dayMs = 24 * 60 * 60_000;

/** Locks come and go with each run; everything else is what a restore needs. */
export function isLocked(type: FileType): boolean {
  return type !== "locks";
}

export function retainUntil({ days }: ObjectLock, nowMs: number): Date {
  return new Date(nowMs + days * dayMs);
}

export function lockMode({ mode }: ObjectLock): ObjectLockMode {
  return mode === "compliance" ? ObjectLockMode.COMPLIANCE : ObjectLockMode.GOVERNANCE;
}

/** Written so lately that most of its time is still to come: another request would bring little. */
export function isFresh({ days }: ObjectLock, modifiedMs: number | undefined, nowMs: number): boolean {
  return modifiedMs !== undefined && nowMs - modifiedMs < (days * dayMs) / 4;
}
