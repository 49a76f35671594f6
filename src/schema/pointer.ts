import type { Json } from '../model/json.js';
import type { CelValue, Span, TemplateValue, Value } from '../model/source.js';

/** A value that is not known from the text alone. */
export type Hole = TemplateValue | CelValue;

export function isHole(value: Value): value is Hole {
  return value.kind === 'template' || value.kind === 'cel';
}

/** Reads a JSON pointer (`/volumes/0/name`; empty for the whole) into keys. */
export function keysOfPointer(pointer: string): readonly string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function pointerBelow(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** What stands at a pointer: the value, where its key stands (list items and the whole have none). */
export interface Located {
  readonly value: Value;
  readonly keyAt?: Span;
}

/**
 * Finds the value at a pointer. It ends early at a hole, and at the last value that exists when the text does not hold
 * the path (a default, a missing key).
 */
export function locate(root: Value, pointer: string): Located {
  let found: Located = { value: root };
  for (const key of keysOfPointer(pointer)) {
    const { value } = found;
    if (value.kind === 'map') {
      const entry = value.entries.find((candidate) => candidate.key === key);
      if (entry === undefined) return found;
      found = { value: entry.value, keyAt: entry.keyAt };
    } else if (value.kind === 'list') {
      const item = value.items[Number(key)];
      if (item === undefined) return found;
      found = { value: item };
    } else return isHole(value) ? { value } : found;
  }
  return found;
}

/** JSON pointers of all holes in a value, in the order of the text. */
export function pathsOfHoles(value: Value, pointer = ''): readonly string[] {
  if (isHole(value)) return [pointer];
  if (value.kind === 'list')
    return value.items.flatMap((item, index) => pathsOfHoles(item, pointerBelow(pointer, index)));
  if (value.kind === 'map') {
    return value.entries.flatMap((entry) => pathsOfHoles(entry.value, pointerBelow(pointer, entry.key)));
  }
  return [];
}

/** The JSON of a value; `fill` says what stands for a hole, undefined to leave its key out (null in a list). */
export function jsonOf(
  value: Value,
  fill: (hole: Hole, pointer: string) => Json | undefined,
  pointer = '',
): Json | undefined {
  switch (value.kind) {
    case 'scalar':
      return value.value;
    case 'list':
      return value.items.map((item, index) => jsonOf(item, fill, pointerBelow(pointer, index)) ?? null);
    case 'map': {
      const pairs = value.entries.flatMap(({ key, value: below }) => {
        const json = jsonOf(below, fill, pointerBelow(pointer, key));
        return json === undefined ? [] : [[key, json] as const];
      });
      // `fromEntries` defines keys, so that `__proto__` is a key like any other.
      return Object.fromEntries(pairs);
    }
    case 'template':
    case 'cel':
      return fill(value, pointer);
    default:
      return value satisfies never;
  }
}
