import type { Json } from '../model/json.js';
import { isJsonObject } from '../model/json.js';
import type { Span, Value } from '../model/source.js';

/** The data of a value. @param hole what stands for a template or expression; without it there must be none */
export function plainJson(value: Value, hole?: (value: Value) => Json): Json {
  switch (value.kind) {
    case 'scalar':
      return value.value;
    case 'list':
      return value.items.map((item) => plainJson(item, hole));
    case 'map':
      return Object.fromEntries(value.entries.map((entry) => [entry.key, plainJson(entry.value, hole)]));
    case 'template':
    case 'cel':
      if (hole === undefined) throw new Error('a value that is not known yet was taken for plain data');
      return hole(value);
  }
}

/** Makes a value of data, in which some texts stand for values that are only known later. */
export function valueWithHoles(json: Json, at: Span, holes: ReadonlyMap<string, Value>): Value {
  if (Array.isArray(json)) {
    return { kind: 'list', items: json.map((item: Json) => valueWithHoles(item, at, holes)), at };
  }
  if (isJsonObject(json)) {
    const entries = Object.entries(json).map(([key, item]) => ({
      key,
      keyAt: at,
      value: valueWithHoles(item, at, holes),
    }));
    return { kind: 'map', entries, at };
  }
  // Arrays and objects were handled above.
  const value = json as null | boolean | number | string;
  if (typeof value !== 'string') return { kind: 'scalar', value, at };
  const hole = holes.get(value);
  if (hole !== undefined) return hole;
  for (const token of holes.keys()) {
    if (value.includes(token)) throw new Error('a composite put a value that is not known yet inside another text');
  }
  return { kind: 'scalar', value, at };
}
