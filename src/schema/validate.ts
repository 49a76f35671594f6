import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '../model/json.js';
import { ruleFaults } from './together.js';

/** One fault of a value against its schema. It never holds the value. */
export interface Fault {
  /** Keyword of JSON Schema, e.g. `required`. */
  readonly keyword: string;
  /** JSON pointer to the value that the keyword is about. */
  readonly pointer: string;
  readonly params: Readonly<Record<string, unknown>>;
}

// All faults are wanted in one pass; files are capped, so that they cannot be many. `verbose` stays off: it copies values.
const ajv = new Ajv2020({ allErrors: true, strict: true, discriminator: true, ownProperties: true });
ajv.addVocabulary(['expects', 'late']);
for (const keyword of ['exactlyOneOf', 'goesWith']) {
  const validate = (rule: Json, json: Json): boolean => ruleFaults({ [keyword]: rule }, json).length === 0;
  ajv.addKeyword({ keyword, type: 'object', validate });
}

const compiled = new WeakMap<JsonObject, ValidateFunction>();

/** Finds all faults of a value. Schemas are made by `param` and trusted; one that is not valid throws. */
export function validate(schema: JsonObject, json: Json): readonly Fault[] {
  let check = compiled.get(schema);
  if (check === undefined) {
    check = ajv.compile(schema);
    compiled.set(schema, check);
  }
  if (check(json)) return [];
  return (check.errors ?? []).map(({ keyword, instancePath, params }) => ({ keyword, pointer: instancePath, params }));
}
