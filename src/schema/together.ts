import { isJsonObject } from '../model/json.js';
import type { Json, JsonObject } from '../model/json.js';

/**
 * Rules among the keys of one object, beyond what plain JSON Schema says shortly. They stand in schemas as keywords of
 * the same names.
 */
export interface ObjectRules<K extends string> {
  /** Of these optional keys one has to be there, and no other. */
  readonly exactlyOneOf?: readonly [K, K, ...K[]];
  /** Optional keys that belong to a value of another key: required with it, not allowed without it. */
  readonly goesWith?: { readonly [key in K]?: { readonly key: K; readonly value: string } };
}

/** What an object does that its rules forbid. */
export type RuleFault =
  | { readonly kind: 'none-of'; readonly keys: readonly string[] }
  | { readonly kind: 'too-many'; readonly first: string; readonly key: string }
  | { readonly kind: 'needed' | 'not-allowed'; readonly key: string; readonly by: string; readonly value: string };

/** The keys of which exactly one has to be there; empty when there is no such rule. */
export function alternatives({ exactlyOneOf }: JsonObject): readonly string[] {
  return Array.isArray(exactlyOneOf) ? exactlyOneOf.map(String) : [];
}

/** Keys that belong to a value of another key. */
export function dependents({ goesWith }: JsonObject): readonly { key: string; by: string; value: string }[] {
  const pairs = isJsonObject(goesWith) ? Object.entries(goesWith) : [];
  return pairs.flatMap(([key, rule]) =>
    isJsonObject(rule) ? [{ key, by: String(rule.key), value: String(rule.value) }] : [],
  );
}

/** Finds what is wrong with an object. A value that is null is not known yet. */
export function ruleFaults(schema: JsonObject, json: Json): readonly RuleFault[] {
  if (!isJsonObject(json)) return [];
  const has = (key: string): boolean => Object.hasOwn(json, key);
  const keys = alternatives(schema);
  // In the order of the text: the later one is one too many.
  const [first, ...others] = Object.keys(json).filter((key) => keys.includes(key));
  const faults: RuleFault[] = others.map((key) => ({ kind: 'too-many', first: first ?? '', key }));
  if (keys.length > 0 && first === undefined) faults.push({ kind: 'none-of', keys });
  for (const rule of dependents(schema)) {
    const other = has(rule.by) ? json[rule.by] : undefined;
    if (other === null || (other === rule.value) === has(rule.key)) continue;
    faults.push({ kind: has(rule.key) ? 'not-allowed' : 'needed', ...rule });
  }
  return faults;
}
