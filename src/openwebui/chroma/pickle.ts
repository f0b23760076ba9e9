/**
 * Reads a pickle of plain data: dicts, integers, strings, booleans and None. Never executes anything: an opcode that
 * would import, call or build is refused, save for the one class that Chroma's older, Python-written index uses
 * as a bag of attributes.
 *
 * Values are numbers, so that a map of a million ids costs megabytes, not gigabytes.
 * Source of the opcodes: CPython's Lib/pickletools.py (protocols 0 to 5).
 */
import { PickleCursor, PickleError } from "./pickle-cursor.ts";

export { PickleError } from "./pickle-cursor.ts";

/** A non-negative integer is itself; everything else is a token that only this module's functions can read. */
export type PickleValue = number;

export interface Pickle {
  readonly root: PickleValue;
  /** Keys and values of a dict, in turns; undefined where `value` is none. */
  entriesOf(value: PickleValue): readonly PickleValue[] | undefined;
  /** The UTF-8 bytes of a string; undefined where `value` is none. */
  textOf(value: PickleValue): Uint8Array | undefined;
}

const NONE = Number.NEGATIVE_INFINITY;
const MARK = Number.POSITIVE_INFINITY;
const TRUE = -0.25;
const FALSE = -0.5;
const EMPTY_TUPLE = -0.125;
const CLASS = -0.75;
const isText = (value: PickleValue): boolean => Number.isInteger(value) && value < 0 && value % 2 === 0;
const isDict = (value: PickleValue): boolean => Number.isInteger(value) && value < 0 && value % 2 !== 0;

export const isNone = (value: PickleValue): boolean => value === NONE;
export const isInteger = (value: PickleValue): boolean => Number.isInteger(value) && value >= 0;

/** The one global that is allowed: its instances hold nothing but a dict of attributes. */
const allowedClass = "chromadb.segment.impl.vector.local_persistent_hnsw PersistentData";
const maxDicts = 64;

/** Throws PickleError for what is no such pickle, is cut short, or is followed by more bytes. */
export function readPickle(bytes: Uint8Array): Pickle {
  return new Machine(bytes).run();
}

class Machine implements Pickle {
  root: PickleValue = NONE;
  private readonly cursor: PickleCursor;
  private readonly stack: PickleValue[] = [];
  private readonly memo: PickleValue[] = [];
  private readonly dicts: PickleValue[][] = [];

  constructor(bytes: Uint8Array) {
    this.cursor = new PickleCursor(bytes);
  }

  run(): Pickle {
    for (;;) {
      const opcodeAt = this.cursor.offset;
      const opcode = this.cursor.u8();
      if (opcode === 0x2e) break; // STOP
      if (!this.stepData(opcode, opcodeAt) && !this.stepMemo(opcode)) this.stepObject(opcode);
    }
    if (!this.cursor.ended) throw new PickleError("bytes follow its end");
    this.root = this.pop();
    if (this.stack.length !== 0) throw new PickleError("it holds more than one value");
    return this;
  }

  entriesOf(value: PickleValue): readonly PickleValue[] | undefined {
    return isDict(value) ? this.dicts[(-value - 1) / 2] : undefined;
  }

  textOf(value: PickleValue): Uint8Array | undefined {
    return isText(value) ? this.cursor.textAt(-value / 2 - 1) : undefined;
  }

  private stepData(opcode: number, opcodeAt: number): boolean {
    switch (opcode) {
      case 0x80: // PROTO
        if (this.cursor.u8() > 5) throw new PickleError("its protocol is newer than 5");
        return true;
      case 0x95: // FRAME: no use to a reader that has all the bytes
        this.cursor.skip(8);
        return true;
      case 0x4e:
        return this.push(NONE);
      case 0x88:
        return this.push(TRUE);
      case 0x89:
        return this.push(FALSE);
      case 0x4b: // BININT1
        return this.push(this.cursor.u8());
      case 0x4d: // BININT2
        return this.push(this.cursor.u16());
      case 0x4a: // BININT
        return this.pushInteger(this.cursor.i32());
      case 0x8a: // LONG1
        return this.push(this.cursor.long(this.cursor.u8()));
      case 0x58: // BINUNICODE
        this.cursor.skip(this.cursor.u32());
        return this.push(-(opcodeAt + 1) * 2);
      case 0x8c: // SHORT_BINUNICODE
        this.cursor.skip(this.cursor.u8());
        return this.push(-(opcodeAt + 1) * 2);
      case 0x7d: // EMPTY_DICT
        return this.pushDict();
      case 0x28:
        return this.push(MARK);
      case 0x73: // SETITEM
        return this.setItems(this.stack.length - 2, this.stack.length - 2);
      case 0x75: {
        // SETITEMS
        const markAt = this.stack.lastIndexOf(MARK);
        return this.setItems(markAt + 1, markAt);
      }
      default:
        return false;
    }
  }

  private stepMemo(opcode: number): boolean {
    switch (opcode) {
      case 0x94: // MEMOIZE
        this.memo.push(this.top());
        return true;
      case 0x71: // BINPUT
        return this.remember(this.cursor.u8());
      case 0x72: // LONG_BINPUT
        return this.remember(this.cursor.u32());
      case 0x68: // BINGET
        return this.push(this.remembered(this.cursor.u8()));
      case 0x6a: // LONG_BINGET
        return this.push(this.remembered(this.cursor.u32()));
      default:
        return false;
    }
  }

  private stepObject(opcode: number): void {
    switch (opcode) {
      case 0x29:
        this.push(EMPTY_TUPLE);
        return;
      case 0x63: // GLOBAL
        this.pushClass(`${this.cursor.line()} ${this.cursor.line()}`);
        return;
      case 0x93: {
        // STACK_GLOBAL
        const name = this.name(this.pop());
        this.pushClass(`${this.name(this.pop())} ${name}`);
        return;
      }
      case 0x81: // NEWOBJ
        if (this.pop() !== EMPTY_TUPLE || this.pop() !== CLASS) throw new PickleError("it builds an object");
        this.push(CLASS);
        return;
      case 0x62: {
        // BUILD: the object is its dict of attributes
        const state = this.pop();
        if (this.pop() !== CLASS || !isDict(state)) throw new PickleError("it builds an object");
        this.push(state);
        return;
      }
      default:
        throw new PickleError(`opcode 0x${opcode.toString(16)} has no place in plain data`);
    }
  }

  private setItems(from: number, truncateTo: number): true {
    const dict = this.dicts[(-(this.stack[truncateTo - 1] ?? MARK) - 1) / 2];
    if (dict === undefined || (this.stack.length - from) % 2 !== 0) throw new PickleError("items without a dict");
    for (let i = from; i < this.stack.length; i++) dict.push(this.stack[i] ?? NONE);
    this.stack.length = truncateTo;
    return true;
  }

  private pushDict(): true {
    if (this.dicts.length >= maxDicts) throw new PickleError("it holds too many dicts");
    return this.push(-(this.dicts.push([]) - 1) * 2 - 1);
  }

  private pushInteger(value: number): true {
    if (value < 0) throw new PickleError("it holds a negative number");
    return this.push(value);
  }

  private pushClass(name: string): void {
    if (name !== allowedClass) throw new PickleError(`it imports ${name}`);
    this.push(CLASS);
  }

  private name(value: PickleValue): string {
    return Buffer.from(this.textOf(value) ?? []).toString("utf8");
  }

  private remember(index: number): true {
    if (index > this.memo.length) throw new PickleError("a memo entry is out of turn");
    this.memo[index] = this.top();
    return true;
  }

  private remembered(index: number): PickleValue {
    const value = this.memo[index];
    if (value === undefined) throw new PickleError("a memo entry is not there");
    return value;
  }

  private push(value: PickleValue): true {
    this.stack.push(value);
    return true;
  }

  private top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined || value === MARK) throw new PickleError("its stack is empty");
    return value;
  }

  private pop(): PickleValue {
    const value = this.top();
    this.stack.length -= 1;
    return value;
  }
}
