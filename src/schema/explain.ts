import type { Diagnostic } from '../model/diagnostic.js';
import { isJsonObject } from '../model/json.js';
import type { Json, JsonObject } from '../model/json.js';
import { problem } from '../model/problem.js';
import type { Span, Value } from '../model/source.js';
import { suggest } from '../model/suggest.js';
import { isHole, keysOfPointer, locate, pointerBelow } from './pointer.js';
import type { Located } from './pointer.js';
import { ruleFaults } from './together.js';
import type { RuleFault } from './together.js';
import type { Fault } from './validate.js';
import { schemasAlong } from './walk.js';
import { wrongType } from './wrongType.js';

/** What is checked: the value with its places, its JSON, and the schema of the whole. */
export interface Subject {
  readonly value: Value;
  readonly json: Json;
  readonly schema: JsonObject;
  /** Where the key of the whole stands, when it has one. */
  readonly keyAt?: Span | undefined;
}

/** Says a fault in words, at its place. Values are not quoted, as they may be secret. */
export function diagnosticOf(fault: Fault, subject: Subject): readonly Diagnostic[] {
  const schemas = schemasAlong(subject.schema, fault.pointer, subject.json);
  const schema = schemas.at(-1) ?? {};
  const found = locate(subject.value, fault.pointer);
  const located = fault.pointer === '' && subject.keyAt !== undefined ? { ...found, keyAt: subject.keyAt } : found;
  const { at } = located.value;
  switch (fault.keyword) {
    // A tag that is missing or unknown is said by `required` and `enum` of the union.
    case 'discriminator':
      return [];
    case 'additionalProperties':
      return [unknownKey(String(fault.params.additionalProperty), fault.pointer, schema, subject)];
    case 'required': {
      const key = String(fault.params.missingProperty);
      const written = misspelt([key], schema, jsonAt(subject.json, fault.pointer));
      if (written === undefined) return [missingKey(key, schema, located)];
      // Without its tag, nothing is known of a union: only then is the key not reported as unknown by itself.
      return isJsonObject(schema.discriminator) ? [unknownKey(written, fault.pointer, schema, subject)] : [];
    }
    case 'type':
      // The choices say more.
      return schema.enum !== undefined ? [] : [wrongType(schema, located, jsonAt(subject.json, fault.pointer))];
    case 'enum':
    case 'const':
      return [notAChoice(schema, jsonAt(subject.json, fault.pointer), at)];
    case 'pattern':
      return [badForm(schema, at)];
    case 'exactlyOneOf':
    case 'goesWith': {
      const rule = { [fault.keyword]: schema[fault.keyword] ?? null };
      const json = jsonAt(subject.json, fault.pointer);
      return ruleFaults(rule, json ?? null)
        .filter((each) => misspelt(missingIn(each), schema, json) === undefined)
        .map((each) => brokenRule(each, schema, located));
    }
    default:
      return [problem('WRONG_TYPE', limitSentence(fault), at)];
  }
}

function jsonAt(json: Json, pointer: string): Json | undefined {
  let here: Json | undefined = json;
  for (const key of keysOfPointer(pointer)) {
    if (Array.isArray(here)) here = (here as readonly Json[])[Number(key)];
    else here = isJsonObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here;
}

function unknownKey(key: string, pointer: string, schema: JsonObject, subject: Subject): Diagnostic {
  const found = locate(subject.value, pointerBelow(pointer, key));
  const known = isJsonObject(schema.properties) ? Object.keys(schema.properties) : [];
  const meant = suggest(key, known);
  const list = known.length === 0 ? 'no keys are known here' : `known are: ${known.join(', ')}`;
  const help = meant === undefined ? list : `did you mean "${meant}"?`;
  return problem('UNKNOWN_KEY', `the key "${key}" is not known here`, found.keyAt ?? found.value.at, help);
}

/** The key that was written for one of those that are missing: telling of it is enough. */
function misspelt(missing: readonly string[], schema: JsonObject, json: Json | undefined): string | undefined {
  const known = isJsonObject(schema.properties) ? Object.keys(schema.properties) : [];
  const written = isJsonObject(json) ? Object.keys(json).filter((key) => !known.includes(key)) : [];
  return written.find((key) => missing.includes(suggest(key, known) ?? ''));
}

function missingIn(fault: RuleFault): readonly string[] {
  if (fault.kind === 'none-of') return fault.keys;
  return fault.kind === 'needed' ? [fault.key] : [];
}

function missingKey(key: string, schema: JsonObject, { value, keyAt }: Located): Diagnostic {
  const property = isJsonObject(schema.properties) ? schema.properties[key] : undefined;
  const description =
    isJsonObject(property) && typeof property.description === 'string' ? property.description : undefined;
  const at = isHole(value) ? value.at : (keyAt ?? value.at);
  return problem(
    'MISSING_KEY',
    `the key "${key}" is missing`,
    at,
    description === undefined ? undefined : `${key}: ${description}`,
  );
}

function brokenRule(fault: RuleFault, schema: JsonObject, located: Located): Diagnostic {
  const { value, keyAt } = located;
  const keyPlace = (key: string): Span => {
    const entry = value.kind === 'map' ? value.entries.find((candidate) => candidate.key === key) : undefined;
    return entry?.keyAt ?? value.at;
  };
  switch (fault.kind) {
    case 'none-of': {
      const keys = fault.keys.map((key) => `"${key}"`).join(' or ');
      return problem('MISSING_KEY', `a key is missing: ${keys}`, keyAt ?? value.at, 'write one of them');
    }
    case 'too-many': {
      const message = `"${fault.key}" and "${fault.first}" exclude each other`;
      return problem('CONFLICT', message, keyPlace(fault.key), 'write only one of them');
    }
    case 'needed': {
      const { message, at, help } = missingKey(fault.key, schema, located);
      return problem('MISSING_KEY', `${message}, which "${fault.by}: ${fault.value}" needs`, at, help);
    }
    case 'not-allowed': {
      const message = `"${fault.key}" only goes with "${fault.by}: ${fault.value}"`;
      return problem('CONFLICT', message, keyPlace(fault.key), `write "${fault.by}: ${fault.value}", or leave it out`);
    }
    default:
      return fault satisfies never;
  }
}

function notAChoice(schema: JsonObject, json: Json | undefined, at: Span): Diagnostic {
  const choices = (Array.isArray(schema.enum) ? (schema.enum as readonly Json[]) : [schema.const ?? null]).map(String);
  const meant = typeof json === 'string' ? suggest(json, choices) : undefined;
  const help = meant === undefined ? undefined : `did you mean "${meant}"?`;
  return problem('WRONG_TYPE', `expected ${choices.length === 1 ? '' : 'one of: '}${choices.join(', ')}`, at, help);
}

function badForm(schema: JsonObject, at: Span): Diagnostic {
  const expects = typeof schema.expects === 'string' ? schema.expects : 'text without NUL bytes';
  const [example] = Array.isArray(schema.examples) ? (schema.examples as readonly Json[]) : [];
  return problem(
    'WRONG_TYPE',
    `expected ${expects}`,
    at,
    example === undefined ? undefined : `for example "${String(example)}"`,
  );
}

function limitSentence({ keyword, params }: Fault): string {
  const limit = Number(params.limit);
  const things = (word: string): string => `${String(limit)} ${word}${limit === 1 ? '' : 's'}`;
  switch (keyword) {
    case 'minimum':
      return `expected a number of at least ${String(limit)}`;
    case 'maximum':
      return `expected a number of at most ${String(limit)}`;
    case 'minLength':
      return `expected text of at least ${things('character')}`;
    case 'maxLength':
      return `expected text of at most ${things('character')}`;
    case 'minItems':
      return `expected a list of at least ${things('item')}`;
    default:
      return `this value does not fit (${keyword})`;
  }
}
