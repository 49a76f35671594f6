import type { Diagnostic } from '../model/diagnostic.js';
import type { Become, Text } from '../model/playbook.js';
import { entryOf } from '../model/source.js';
import type { MapValue, Value } from '../model/source.js';
import { param } from '../schema/param.js';
import type { Param } from '../schema/param.js';
import { checkValue } from '../schema/check.js';
import type { Env } from '../text/evaluate.js';
import { evaluateCondition } from '../text/evaluate.js';
import { problem } from './problem.js';
import { hasControls, isNothing, isText, textOf, wrongType } from './shape.js';
import { nameTrouble } from './variables.js';

const become = param.boolean('Whether commands run as another user.');
const becomeUser = param.account('The user that commands run as.');
const timeout = param.integer('Seconds that each step may take.', { minimum: 1, maximum: 86400 });

/** Reads a text that may hold no template, e.g. a name. */
export function plainText(map: MapValue, key: string, diagnostics: Diagnostic[]): string | undefined {
  const value = entryOf(map, key)?.value;
  if (value === undefined) return undefined;
  if (value.kind === 'template') {
    diagnostics.push(problem('NOT_SUPPORTED', value.at, `${key} cannot hold a template`, 'write it as plain text'));
    return undefined;
  }
  const text = value.kind === 'scalar' ? textOf(value)?.text : undefined;
  if (text === undefined) diagnostics.push(wrongType(value, key, 'a text'));
  else if (hasControls(text)) {
    diagnostics.push(problem('BAD_ENCODING', value.at, `${key} cannot hold control characters or line breaks`));
  } else if (text.trim() !== '') return text;
  else diagnostics.push(problem('WRONG_TYPE', value.at, `${key} is empty`));
  return undefined;
}

/** Reads `become` and `become_user`. */
export function becomeOf(map: MapValue, diagnostics: Diagnostic[]): Become {
  const wanted = plainValue(map, 'become', become, diagnostics);
  const user = plainValue(map, 'become_user', becomeUser, diagnostics);
  return { ...(wanted === undefined ? {} : { become: wanted }), ...(user === undefined ? {} : { user }) };
}

/** Reads `timeout` in seconds. */
export function timeoutOf(map: MapValue, diagnostics: Diagnostic[]): number | undefined {
  return plainValue(map, 'timeout', timeout, diagnostics);
}

function plainValue<T>(map: MapValue, key: string, shape: Param<T>, diagnostics: Diagnostic[]): T | undefined {
  const value = entryOf(map, key)?.value;
  if (value === undefined) return undefined;
  if (value.kind === 'template' || value.kind === 'cel') {
    diagnostics.push(problem('NOT_SUPPORTED', value.at, `${key} cannot hold a template`, 'write the value itself'));
    return undefined;
  }
  const checked = checkValue(value, shape);
  diagnostics.push(...checked.diagnostics);
  // `checkValue` has validated it against `shape`.
  return checked.diagnostics.length > 0 ? undefined : (checked.value as T | undefined);
}

/** Reads `tags`: a list, or one text with commas. */
export function tagsOf(map: MapValue, diagnostics: Diagnostic[]): readonly string[] {
  const value = entryOf(map, 'tags')?.value;
  if (value === undefined) return [];
  const tags = new Set<string>();
  for (const item of value.kind === 'list' ? value.items : [value]) {
    const text = item.kind === 'scalar' ? textOf(item)?.text : undefined;
    const names = text?.split(',').map((name) => name.trim()) ?? [];
    if (text === undefined || names.includes('') || hasControls(text)) {
      diagnostics.push(wrongType(item, 'a tag', 'plain text'));
    } else for (const name of names) tags.add(name);
  }
  return [...tags];
}

/** Reads `register`: the name of a variable. */
export function registerOf(map: MapValue, diagnostics: Diagnostic[]): string | undefined {
  const value = entryOf(map, 'register')?.value;
  if (value === undefined) return undefined;
  if (!isText(value)) {
    diagnostics.push(wrongType(value, 'register', 'the name of a variable'));
    return undefined;
  }
  const trouble = nameTrouble(value.value);
  if (trouble === undefined) return value.value;
  diagnostics.push(problem('CONFLICT', value.at, trouble));
  return undefined;
}

/** Reads conditions: an expression or a list of them. Their syntax is checked even if no host will ever need them. */
export function conditionsOf(map: MapValue, key: string, env: Env, diagnostics: Diagnostic[]): readonly Text[] {
  const value = entryOf(map, key)?.value;
  if (value === undefined) return [];
  const items = value.kind === 'list' ? value.items : [value];
  return items.flatMap((item) => {
    const text = conditionOf(item, key, diagnostics);
    if (text === undefined) return [];
    const result = evaluateCondition(text, env);
    if (result.kind === 'error') diagnostics.push(...result.diagnostics);
    return [text];
  });
}

function conditionOf(item: Value, key: string, diagnostics: Diagnostic[]): Text | undefined {
  if (item.kind === 'template') {
    const help = 'a condition is an expression by itself: write it without {{ }}';
    diagnostics.push(problem('BAD_EXPRESSION', item.at, `${key} cannot hold a template`, help));
    return undefined;
  }
  const text = item.kind === 'scalar' && typeof item.value === 'number' ? undefined : textOf(item);
  if (text === undefined || isNothing(item)) {
    diagnostics.push(wrongType(item, key, 'an expression or a list of expressions'));
    return undefined;
  }
  return text;
}
