import type { Json } from '../model/json.js';

/** Whole numbers enter as integers. Objects become maps, so that no key means anything to JavaScript. */
export function toCel(value: Json): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item: Json) => toCel(item));
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, toCel(item)]));
}

/** Integers leave as numbers. Gives undefined for what JSON does not have: bytes, times, types, integers beyond 2^53. */
export function fromCel(value: unknown): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (Array.isArray(value)) {
    const items = value.map(fromCel);
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const entries = value instanceof Map ? [...value.entries()] : plainEntries(value);
  const pairs = entries?.map(([key, item]): [unknown, Json | undefined] => [key, fromCel(item)]);
  if (pairs === undefined || pairs.some(([key, item]) => typeof key !== 'string' || item === undefined))
    return undefined;
  // Checked above: keys are text and no value is missing.
  return Object.fromEntries(pairs as [string, Json][]);
}

function plainEntries(value: unknown): [unknown, unknown][] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ? Object.entries(value) : undefined;
}
