import type { Json } from '../model/json.js';
import { isJsonObject } from '../model/json.js';
import { entryOf } from '../model/source.js';
import type { MapValue, Span, Value } from '../model/source.js';

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

/** Finds a place by its JSON pointer, or the nearest one above that is written. */
export function valueAt(value: Value, pointer: string): Value {
  let current = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const next = current.kind === 'list' ? current.items[Number(key)] : undefined;
    const below = next ?? (current.kind === 'map' ? entryOf(current, key)?.value : undefined);
    if (below === undefined) return current;
    current = below;
  }
  return current;
}

/** Fills in what a parameter defines for keys that were left out. @param schema the JSON Schema of a parameter */
export function withDefaults(json: Json, schema: Json | undefined): Json {
  if (!isJsonObject(schema)) return json;
  if (Array.isArray(json)) return json.map((item: Json) => withDefaults(item, schema['items']));
  if (!isJsonObject(json)) return json;
  const properties = variantOf(schema, (key) => json[key])['properties'];
  if (!isJsonObject(properties)) return json;
  const filled: Record<string, Json> = {};
  for (const [key, item] of Object.entries(json)) filled[key] = withDefaults(item, properties[key]);
  for (const [key, property] of Object.entries(properties)) {
    if (Object.hasOwn(json, key) || !isJsonObject(property)) continue;
    const fallback = property['default'];
    if (fallback !== undefined) filled[key] = withDefaults(fallback, property);
  }
  return filled;
}

/** The schema of what stands under a key or index of a value. */
export function schemaBelow(schema: Json | undefined, parent: Value, key: string): Json | undefined {
  if (!isJsonObject(schema)) return undefined;
  if (parent.kind === 'list') return schema['items'];
  if (parent.kind !== 'map') return undefined;
  const properties = variantOf(schema, (tag) => scalarOf(parent, tag))['properties'];
  return isJsonObject(properties) ? properties[key] : undefined;
}

export function isLateSchema(schema: Json | undefined): boolean {
  return isJsonObject(schema) && schema['late'] === true;
}

function scalarOf(map: MapValue, key: string): Json | undefined {
  const value = entryOf(map, key)?.value;
  return value?.kind === 'scalar' ? value.value : undefined;
}

/** The case of `param.variants` that a value is, told by its tag; other schemas as they are. */
function variantOf(schema: { readonly [key: string]: Json }, tagValue: (tag: string) => Json | undefined) {
  const { discriminator, oneOf } = schema;
  if (!isJsonObject(discriminator) || !Array.isArray(oneOf)) return schema;
  const tag = String(discriminator['propertyName']);
  const wanted = tagValue(tag);
  const found = oneOf.find((candidate: Json) => {
    const properties = isJsonObject(candidate) ? candidate['properties'] : undefined;
    const own = isJsonObject(properties) ? properties[tag] : undefined;
    return isJsonObject(own) && own['const'] === wanted;
  });
  return isJsonObject(found) ? found : schema;
}
