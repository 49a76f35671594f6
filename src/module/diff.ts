import type { Change, FieldChange, State } from '../model/change.js';
import { canonicalJson, equalJson, isJsonObject } from '../model/json.js';
import type { Json } from '../model/json.js';

/** Tells what `diff` needs to know of a module. */
export interface DiffRules<S extends State> {
  readonly sets?: readonly string[];
  readonly replace?: ((prior: S, desired: S) => string | undefined) | undefined;
}

/**
 * The only comparison of states. A field that is absent from `desired` is not managed; lists are ordered unless their
 * path (keys joined by dots) is in `sets`.
 */
export function diff<S extends State>(prior: S | null, desired: S | null, rules: DiffRules<S> = {}): Change<S> {
  if (prior === null) return desired === null ? { kind: 'none' } : { kind: 'create', desired };
  if (desired === null) return { kind: 'delete', prior };
  const fields = fieldChanges(prior, desired, [], new Set(rules.sets));
  if (fields.length === 0) return { kind: 'none' };
  const because = rules.replace?.(prior, desired);
  if (because !== undefined) return { kind: 'replace', prior, desired, because };
  return { kind: 'update', prior, desired, fields };
}

function fieldChanges(
  from: Json,
  to: Json,
  path: readonly string[],
  sets: ReadonlySet<string>,
): readonly FieldChange[] {
  if (isJsonObject(from) && isJsonObject(to)) {
    return Object.keys(to).flatMap((key) => fieldChanges(from[key] ?? null, to[key] ?? null, [...path, key], sets));
  }
  const same = sets.has(path.join('.')) ? equalJson(sorted(from), sorted(to)) : equalJson(from, to);
  return same ? [] : [{ path, from, to }];
}

function sorted(value: Json): Json {
  if (!Array.isArray(value)) return value;
  return value.map((item: Json) => canonicalJson(item)).sort();
}
