/**
 * Reads JSON straight from its bytes where JSON.parse would lose something: numbers above 2^53, the bytes of strings, and
 * time and memory on lists of a hundred thousand ids.
 */

/** Thrown at bytes that are not what was asked for; the caller names the object and turns it into OBJECT_DAMAGED. */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
}

const quote = 0x22;
const backslash = 0x5c;

export class JsonScanner {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next byte that is no white space, not taken; -1 at the end. */
  peek(): number {
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === undefined) return -1;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.at++;
    }
  }

  /** Takes `character` if it comes next. */
  take(character: string): boolean {
    if (this.peek() !== character.charCodeAt(0)) return false;
    this.at++;
    return true;
  }

  expect(character: string): void {
    if (!this.take(character)) this.fail(`${JSON.stringify(character)} expected`);
  }

  /** Takes `null` if it comes next. */
  takeNull(): boolean {
    if (this.peek() !== 0x6e) return false;
    this.literal();
    return true;
  }

  /** Calls `member` with each name; it must take the value. */
  object(member: (name: string) => void): void {
    this.expect("{");
    if (this.take("}")) return;
    do {
      const name = this.string();
      this.expect(":");
      member(name);
    } while (this.take(","));
    this.expect("}");
  }

  /** Calls `item` before each element; it must take it. */
  array(item: () => void): void {
    this.expect("[");
    if (this.take("]")) return;
    do item();
    while (this.take(","));
    this.expect("]");
  }

  /** A string, its UTF-8 bytes in one unit each. */
  stringBytes(): string {
    const raw = this.rawString();
    if (!raw.includes("\\")) return raw;
    return Buffer.from(parseText(`"${Buffer.from(raw, "latin1").toString("utf8")}"`, this), "utf8").toString("latin1");
  }

  /** A string as JavaScript has them. */
  string(): string {
    const text = this.stringBytes();
    return isAscii(text) ? text : Buffer.from(text, "latin1").toString("utf8");
  }

  /** The digits of a number that is no fraction and has no sign. */
  digits(): string {
    this.peek();
    const from = this.at;
    while ((this.bytes[this.at] ?? 0) >= 0x30 && (this.bytes[this.at] ?? 0) <= 0x39) this.at++;
    if (this.at === from) this.fail("a number expected");
    return this.bytes.toString("latin1", from, this.at);
  }

  /** As `digits`, of a number up to 2^53 - 1. Without making text of it: a tree has six for each of its files. */
  count(): number {
    this.peek();
    const from = this.at;
    let value = 0;
    for (;;) {
      const digit = (this.bytes[this.at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      this.at++;
    }
    if (this.at === from) this.fail("a number expected");
    return Number.isSafeInteger(value) ? value : this.fail("a number too large");
  }

  /** Any value; its text, bytes in one unit each. */
  raw(): string {
    this.peek();
    const from = this.at;
    this.skip();
    return this.bytes.toString("latin1", from, this.at);
  }

  skip(): void {
    const next = this.peek();
    if (next === 0x7b) {
      this.object(() => this.skip());
    } else if (next === 0x5b) {
      this.array(() => this.skip());
    } else if (next === quote) {
      this.rawString();
    } else {
      this.literal();
    }
  }

  /** Nothing but white space may follow. */
  end(): void {
    if (this.peek() !== -1) this.fail("bytes behind the end");
  }

  fail(reason: string): never {
    throw new JsonSyntaxError(`${reason} at byte ${this.at}`);
  }

  private rawString(): string {
    this.expect('"');
    const from = this.at;
    for (;;) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) this.fail("a string without an end");
      if (byte === quote) return this.bytes.toString("latin1", from, this.at - 1);
      if (byte === backslash) this.at++;
    }
  }

  private literal(): void {
    const from = this.at;
    while (/[-+.\w]/.test(String.fromCharCode(this.bytes[this.at] ?? 0))) this.at++;
    if (this.at === from) this.fail("a value expected");
  }
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

function parseText(json: string, scanner: JsonScanner): string {
  try {
    return JSON.parse(json) as string;
  } catch {
    return scanner.fail("a malformed string");
  }
}
