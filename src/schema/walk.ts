import { isJsonObject } from '../model/json.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Param } from './param.js';
import { keysOfPointer } from './pointer.js';

/** The schema of what stands below a key, in an object or list that `schema` describes; undefined when there is none. */
export function schemaBelow(schema: JsonObject, key: string, json: Json | undefined): JsonObject | undefined {
  if (isJsonObject(schema.items)) return schema.items;
  const variant = variantOf(schema, json);
  const { properties, additionalProperties } = variant;
  const below = isJsonObject(properties) && Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
  return isJsonObject(below) ? below : undefined;
}

/** Of a union, the case that the tag in `json` names; all other schemas, and a union without that tag, are themselves. */
export function variantOf(schema: JsonObject, json: Json | undefined): JsonObject {
  const { discriminator, oneOf } = schema;
  if (!isJsonObject(discriminator) || !Array.isArray(oneOf) || !isJsonObject(json)) return schema;
  const tag = String(discriminator.propertyName);
  const value = Object.hasOwn(json, tag) ? json[tag] : undefined;
  const cases = (oneOf as readonly Json[]).filter(isJsonObject);
  return cases.find(({ properties }) => constOf(properties, tag) === value && value !== undefined) ?? schema;
}

function constOf(properties: Json | undefined, tag: string): Json | undefined {
  const property = isJsonObject(properties) ? properties[tag] : undefined;
  return isJsonObject(property) ? property.const : undefined;
}

function childOf(json: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(json)) return (json as readonly Json[])[Number(key)];
  return isJsonObject(json) && Object.hasOwn(json, key) ? json[key] : undefined;
}

/** The schemas from the whole down to a pointer; fewer when the parameters know nothing there. */
export function schemasAlong(schema: JsonObject, pointer: string, json: Json | undefined): readonly JsonObject[] {
  const found: JsonObject[] = [variantOf(schema, json)];
  let current: JsonObject | undefined = schema;
  let here = json;
  for (const key of keysOfPointer(pointer)) {
    current = schemaBelow(current, key, here);
    if (current === undefined) return found;
    here = childOf(here, key);
    found.push(variantOf(current, here));
  }
  return found;
}

/**
 * The schema of what stands at a JSON pointer.
 * @param json the parameters, whose tags choose among the cases of unions
 */
export function schemaAt(param: Param<unknown>, pointer: string, json: Json | undefined): JsonObject | undefined {
  const schemas = schemasAlong(param.schema, pointer, json);
  return schemas.length === keysOfPointer(pointer).length + 1 ? schemas.at(-1) : undefined;
}

/** Whether what stands at a pointer, or something that holds it, is declared `late`. */
export function mayBeLate(param: Param<unknown>, pointer: string, json: Json | undefined): boolean {
  return param.late || schemasAlong(param.schema, pointer, json).some((schema) => schema.late === true);
}

/** Fills in the defaults of absent keys, at every depth. */
export function withDefaults(schema: JsonObject, json: Json): Json {
  if (Array.isArray(json)) {
    const { items } = schema;
    return isJsonObject(items) ? json.map((item: Json) => withDefaults(items, item)) : json;
  }
  if (!isJsonObject(json)) return json;
  const { properties } = variantOf(schema, json);
  const known = isJsonObject(properties) ? properties : {};
  const written = Object.entries(json).map(([key, value]): readonly [string, Json] => {
    const below = schemaBelow(schema, key, json);
    return [key, below === undefined ? value : withDefaults(below, value)];
  });
  const defaults = Object.entries(known).flatMap(([key, property]): readonly (readonly [string, Json])[] => {
    const fallback = isJsonObject(property) ? property.default : undefined;
    return fallback === undefined || Object.hasOwn(json, key) ? [] : [[key, fallback]];
  });
  return Object.fromEntries([...written, ...defaults]);
}
