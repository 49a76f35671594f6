import type { Json } from '../model/json.js';
import type { Text } from '../model/playbook.js';
import { problem } from '../model/problem.js';
import type { CelValue, Span, TemplateValue, Value } from '../model/source.js';
import { evaluateExpression, parseExpression } from './cel.js';
import type { Env, Evaluated, Reference } from './env.js';
import { findPath } from './lookup.js';
import type { Found, Resolver } from './lookup.js';
import { renderTemplate, variablesOf } from './render.js';
import { parseTemplate } from './template.js';

export type { Binding, Env, Evaluated, Reference } from './env.js';

/** Lists of lists of variables can multiply without bound; no playbook needs more. Counts values and characters. */
const maxSize = 4 * 1024 * 1024;

/** One evaluation: each variable is evaluated once, and those under way are known, to find circles. */
interface Session extends Resolver {
  readonly done: Map<Value, Evaluated<Json>>;
  readonly underWay: { readonly name: string; readonly value: Value }[];
  /** How much a list or map holds in all. */
  readonly sizes: Map<Json, number>;
}

/** Evaluates all templates and expressions in a value. Every mistake in it is reported. */
export function evaluate(value: Value, env: Env): Evaluated<Json> {
  return evaluateIn(value, createSession(env));
}

/** Evaluates a condition, which has to give true or false. */
export function evaluateCondition(condition: Text, env: Env): Evaluated<boolean> {
  const result = distinct(evaluateExpression(parseExpression(condition), createSession(env)));
  if (result.kind !== 'known') return result;
  if (typeof result.value === 'boolean') return { kind: 'known', value: result.value };
  const [kind, help] = conditionHelp(result.value);
  const message = `a condition has to give true or false; this gives ${kind}`;
  return { kind: 'error', diagnostics: [problem('BAD_EXPRESSION', message, condition.at, help)] };
}

function conditionHelp(value: Json): readonly [string, string] {
  if (typeof value === 'string') return ['text', 'compare it: name == "yes", name != ""'];
  if (typeof value === 'number') return ['a number', 'compare it: name != 0'];
  if (value === null) return ['null', 'compare it: name != null'];
  return [Array.isArray(value) ? 'a list' : 'a map', 'ask for its size: size(name) > 0'];
}

/** All variables that a value names, with their places. Parts that are not valid templates or expressions name none. */
export function referencesOf(value: Value): readonly Reference[] {
  switch (value.kind) {
    case 'scalar':
      return [];
    case 'list':
      return value.items.flatMap(referencesOf);
    case 'map':
      return value.entries.flatMap((entry) => referencesOf(entry.value));
    case 'template':
      return variablesOf(parseTemplate(value).parts).map(({ path, at, optional }) => ({ path, at, optional }));
    case 'cel':
      return conditionReferences(value);
    default:
      return value satisfies never;
  }
}

/** All variables that a condition names. */
export function conditionReferences(condition: Text): readonly Reference[] {
  const { references } = parseExpression(condition);
  return references.map(({ path, at, defined }) => ({ path, at, optional: defined }));
}

function createSession(env: Env): Session {
  const session: Session = {
    done: new Map(),
    underWay: [],
    sizes: new Map(),
    resolve: (path, at): Found =>
      findPath(path, at, env, (name, value, from) => evaluateNamed(name, value, from, session)),
  };
  return session;
}

/** Evaluates what a variable holds, at most once. */
function evaluateNamed(name: string, value: Value, at: Span, session: Session): Evaluated<Json> {
  const known = session.done.get(value);
  if (known !== undefined) return known;
  const { underWay } = session;
  const circle = underWay.findIndex((other) => other.value === value);
  if (circle !== -1 || underWay.length >= 100) {
    const chain = [...underWay.slice(Math.max(0, circle)).map((other) => other.name), name].join(' -> ');
    const message =
      circle === -1
        ? 'variables refer to each other too deeply'
        : `variables refer to each other in a circle: ${chain}`;
    return { kind: 'error', diagnostics: [problem('VARIABLE_CYCLE', message, at)] };
  }
  underWay.push({ name, value });
  const result = evaluateIn(value, session);
  underWay.pop();
  session.done.set(value, result);
  return result;
}

function evaluateIn(value: Value, session: Session): Evaluated<Json> {
  switch (value.kind) {
    case 'scalar':
      return { kind: 'known', value: value.value };
    case 'template':
      return distinct(renderTemplate(parseTemplate(value), session));
    case 'cel':
      return distinct(evaluateExpression(parseExpression(value), session));
    case 'list':
      return evaluateAll(value.items, value, session, (items) => items);
    case 'map': {
      const keys = value.entries.map((entry) => entry.key);
      const values = value.entries.map((entry) => entry.value);
      // `fromEntries` defines keys, so that `__proto__` is a key like any other.
      return evaluateAll(values, value, session, (items) =>
        Object.fromEntries(items.map((item, index) => [keys[index] ?? '', item])),
      );
    }
    default:
      return value satisfies never;
  }
}

function evaluateAll(
  values: readonly Value[],
  whole: Exclude<Value, TemplateValue | CelValue>,
  session: Session,
  join: (items: readonly Json[]) => Json,
): Evaluated<Json> {
  const results = values.map((value) => evaluateIn(value, session));
  const diagnostics = results.flatMap((result) => (result.kind === 'error' ? result.diagnostics : []));
  if (diagnostics.length > 0) return distinct({ kind: 'error', diagnostics });
  const names = results.flatMap((result) => (result.kind === 'late' ? result.names : []));
  if (names.length > 0) return { kind: 'late', names: [...new Set(names)] };
  const items = results.flatMap((result) => (result.kind === 'known' ? [result.value] : []));
  let size = 1;
  for (const item of items) size += session.sizes.get(item) ?? (typeof item === 'string' ? item.length + 1 : 1);
  if (size > maxSize) {
    return {
      kind: 'error',
      diagnostics: [problem('BAD_TEMPLATE', 'variables multiply to more than 4 MiB', whole.at)],
    };
  }
  const joined = join(items);
  session.sizes.set(joined, size);
  return { kind: 'known', value: joined };
}

/** One mistake in a variable is met wherever it is used. */
function distinct<T>(result: Evaluated<T>): Evaluated<T> {
  if (result.kind !== 'error') return result;
  const seen = new Set<string>();
  const diagnostics = result.diagnostics.filter(({ code, message, at }) => {
    const key = `${code} ${at.file}:${String(at.line)}:${String(at.column)} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
  return { kind: 'error', diagnostics };
}
