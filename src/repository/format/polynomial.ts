/**
 * The polynomial over GF(2) by which restic cuts files: irreducible, of degree 53. Bit i of the number is the coefficient of
 * x^i. Source: restic/chunker polynomials.go; the test is Rabin's ("Probabilistic algorithms in finite fields", 1980).
 */
import type { Random } from "./crypto.ts";

const degree = 53;

/** A polynomial chosen at random; about one candidate in 26 is irreducible. */
export function randomPolynomial(random: Random): bigint {
  for (;;) {
    const bits = Buffer.from(random(8)).readBigUInt64LE();
    const candidate = (bits & ((1n << 53n) - 1n)) | (1n << 53n) | 1n;
    if (isIrreducible(candidate)) return candidate;
  }
}

/** Rabin's test: p of degree n is irreducible exactly if x^(2^n) = x mod p and gcd(x^(2^(n/q)) - x, p) = 1 for each prime q | n. */
export function isIrreducible(p: bigint): boolean {
  const n = degreeOf(p);
  if (n < 1) return false;
  if (n === 1) return true;
  const x = 2n;
  for (const q of primeFactors(n)) {
    if (gcd(p, frobenius(x, n / q, p) ^ x) !== 1n) return false;
  }
  return frobenius(x, n, p) === x;
}

/** Whether restic would accept it. */
export function isChunkerPolynomial(p: bigint): boolean {
  return degreeOf(p) === degree && isIrreducible(p);
}

export function degreeOf(p: bigint): number {
  return p === 0n ? -1 : p.toString(2).length - 1;
}

/** a^(2^times) mod p. */
function frobenius(a: bigint, times: number, p: bigint): bigint {
  let power = a;
  for (let i = 0; i < times; i++) power = multiply(power, power, p);
  return mod(power, p);
}

function multiply(a: bigint, b: bigint, p: bigint): bigint {
  let product = 0n;
  for (let bit = 0; b >> BigInt(bit) !== 0n; bit++) {
    if ((b >> BigInt(bit)) & 1n) product ^= a << BigInt(bit);
  }
  return mod(product, p);
}

function mod(a: bigint, p: bigint): bigint {
  const n = degreeOf(p);
  let rest = a;
  for (let d = degreeOf(rest); d >= n; d = degreeOf(rest)) rest ^= p << BigInt(d - n);
  return rest;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, mod(x, y)];
  return x;
}

function primeFactors(n: number): number[] {
  const factors: number[] = [];
  let rest = n;
  for (let q = 2; rest > 1; q++) {
    if (rest % q === 0) factors.push(q);
    while (rest % q === 0) rest /= q;
  }
  return factors;
}
