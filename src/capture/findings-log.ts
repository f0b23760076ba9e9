/** Findings of one capture: told at once, and kept for the manifest. */
import type { Finding } from "../base/finding-codes.ts";

export class FindingsLog {
  private readonly found: Finding[] = [];
  private readonly tell: (found: Finding) => void;

  constructor(tell: (found: Finding) => void) {
    this.tell = tell;
  }

  add(...findings: readonly Finding[]): void {
    for (const one of findings) {
      this.found.push(one);
      this.tell(one);
    }
  }

  get all(): readonly Finding[] {
    return this.found;
  }
}
