import type { Diagnostic } from '../model/diagnostic.js';
import { isJsonObject } from '../model/json.js';
import type { Json, JsonObject } from '../model/json.js';
import { problem } from '../model/problem.js';
import type { Span, Value } from '../model/source.js';
import { suggest } from '../model/suggest.js';
import type { Binding, Env, Evaluated } from './env.js';

/** What a path stands for; `absent` when a name or key on it does not exist, which `defined` and `default` accept. */
export type Found = Evaluated<Json> | { readonly kind: 'absent'; readonly diagnostic: Diagnostic };

/** Looks names up for one evaluation. The same for templates and expressions. */
export interface Resolver {
  readonly resolve: (path: readonly string[], at: Span) => Found;
}

/** Evaluates a value that a variable holds, under the name by which it was reached. */
export type EvaluateNamed = (name: string, value: Value, at: Span) => Evaluated<Json>;

/** Finds what a path stands for. A variable is descended into as it is written, so that only what is named is evaluated. */
export function findPath(path: readonly string[], at: Span, env: Env, evaluateNamed: EvaluateNamed): Found {
  const [name = '', ...keys] = path;
  const binding = env.lookup(name);
  if (binding === undefined)
    return absent(`the variable "${name}" is not defined`, at, name, [...env.names(), 'true', 'false', 'null']);
  switch (binding.kind) {
    case 'value':
      return belowJson(binding.value, [name], keys, at);
    case 'source':
      return belowSource(binding.value, [name], keys, { at, evaluateNamed });
    case 'late':
      return belowLate(binding, name, keys, at);
    default:
      return binding satisfies never;
  }
}

function belowJson(value: Json, above: readonly string[], keys: readonly string[], at: Span): Found {
  const [key, ...rest] = keys;
  if (key === undefined) return { kind: 'known', value };
  if (Array.isArray(value)) {
    const item = (value as readonly Json[])[indexOf(key)];
    return item === undefined ? noItem(above, key, value.length, at) : belowJson(item, [...above, key], rest, at);
  }
  if (!isJsonObject(value)) return noKeys(above, key, at);
  const below = Object.hasOwn(value, key) ? value[key] : undefined;
  return below === undefined ? noKey(above, key, Object.keys(value), at) : belowJson(below, [...above, key], rest, at);
}

function belowSource(
  value: Value,
  above: readonly string[],
  keys: readonly string[],
  context: { readonly at: Span; readonly evaluateNamed: EvaluateNamed },
): Found {
  const [key, ...rest] = keys;
  const { at } = context;
  if (key !== undefined && value.kind === 'map') {
    const entry = value.entries.find((candidate) => candidate.key === key);
    const known = value.entries.map((candidate) => candidate.key);
    return entry === undefined
      ? noKey(above, key, known, at)
      : belowSource(entry.value, [...above, key], rest, context);
  }
  if (key !== undefined && value.kind === 'list') {
    const item = value.items[indexOf(key)];
    return item === undefined
      ? noItem(above, key, value.items.length, at)
      : belowSource(item, [...above, key], rest, context);
  }
  const evaluated = context.evaluateNamed(above.join('.'), value, at);
  return evaluated.kind === 'known' ? belowJson(evaluated.value, above, keys, at) : evaluated;
}

function belowLate(binding: Binding & { kind: 'late' }, name: string, keys: readonly string[], at: Span): Found {
  const { parts, shape } = binding;
  const [key, ...rest] = keys;
  const part = parts !== undefined && key !== undefined && Object.hasOwn(parts, key) ? parts[key] : undefined;
  if (part !== undefined && key !== undefined) return belowJson(part, [name, key], rest, at);
  const wrong = shape === undefined ? undefined : besideSchema(shape.schema, [name], keys, at);
  if (wrong !== undefined) return wrong;
  return { kind: 'late', names: [parts === undefined || key === undefined ? name : `${name}.${key}`] };
}

/** What is wrong with a path below a value of which only the JSON Schema is known. */
function besideSchema(
  schema: JsonObject,
  above: readonly string[],
  keys: readonly string[],
  at: Span,
): Found | undefined {
  const [key, ...rest] = keys;
  if (key === undefined) return undefined;
  if (isJsonObject(schema.items)) {
    if (Number.isNaN(indexOf(key))) return noItem(above, key, undefined, at);
    return besideSchema(schema.items, [...above, key], rest, at);
  }
  const cases = [schema, ...(Array.isArray(schema.oneOf) ? (schema.oneOf as readonly Json[]) : [])].filter(
    isJsonObject,
  );
  const properties = cases.flatMap((each) => (isJsonObject(each.properties) ? [each.properties] : []));
  const below = properties.flatMap((each) => (Object.hasOwn(each, key) ? [each[key]] : [])).filter(isJsonObject);
  if (below.length > 0) {
    const results = below.map((each) => besideSchema(each, [...above, key], rest, at));
    return results.includes(undefined) ? undefined : results[0];
  }
  if (isJsonObject(schema.additionalProperties)) {
    return besideSchema(schema.additionalProperties, [...above, key], rest, at);
  }
  if (properties.length > 0) return noKey(above, key, properties.flatMap(Object.keys), at);
  const scalar = typeof schema.type === 'string' && !['object', 'array'].includes(schema.type);
  return scalar ? noKeys(above, key, at) : undefined;
}

/** The list index that a key of a path stands for; NaN when it is none. */
function indexOf(key: string): number {
  return /^(0|[1-9]\d*)$/.test(key) ? Number(key) : Number.NaN;
}

function noKey(above: readonly string[], key: string, known: readonly string[], at: Span): Found {
  return absent(`"${above.join('.')}" has no key "${key}"`, at, key, known, keysHelp(known));
}

function keysHelp(known: readonly string[]): string {
  if (known.length === 0) return 'it is empty';
  return `it has: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', …' : ''}`;
}

function noItem(above: readonly string[], key: string, length: number | undefined, at: Span): Found {
  const message = `"${above.join('.')}" is a list; it has no item "${key}"`;
  const help =
    length === undefined || length === 0 ? 'items are numbered from 0' : `its items are 0 to ${String(length - 1)}`;
  return {
    kind: 'absent',
    diagnostic: problem('UNDEFINED_VARIABLE', message, at, length === 0 ? 'it is empty' : help),
  };
}

function noKeys(above: readonly string[], key: string, at: Span): Found {
  const message = `"${above.join('.')}" is a single value; it has no key "${key}"`;
  return { kind: 'absent', diagnostic: problem('UNDEFINED_VARIABLE', message, at) };
}

function absent(message: string, at: Span, word: string, candidates: readonly string[], more?: string): Found {
  const meant = suggest(word, candidates);
  const parts = [...(meant === undefined ? [] : [`did you mean "${meant}"?`]), ...(more === undefined ? [] : [more])];
  const help = parts.length === 0 ? undefined : parts.join(' ');
  return { kind: 'absent', diagnostic: problem('UNDEFINED_VARIABLE', message, at, help) };
}
