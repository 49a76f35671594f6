import type { Diagnostic } from '../model/diagnostic.js';
import type { Text } from '../model/playbook.js';
import type { ListValue, MapValue, ScalarValue, Span, Value } from '../model/source.js';
import { problem } from './problem.js';

/** Says what kind of value stands there. Never its text: it may be a secret. */
export function describeValue(value: Value): string {
  switch (value.kind) {
    case 'map':
      return 'a map';
    case 'list':
      return 'a list';
    case 'template':
      return 'a template';
    case 'cel':
      return 'an expression';
    case 'scalar':
      return value.value === null ? 'nothing' : `a ${typeof value.value === 'string' ? 'text' : typeof value.value}`;
  }
}

/** Reports that something else is expected here. @param expected e.g. `a list of plays` */
export function wrongType(value: Value, what: string, expected: string, help?: string): Diagnostic {
  return problem('WRONG_TYPE', value.at, `${what} must be ${expected}, not ${describeValue(value)}`, help);
}

export function isNothing(value: Value): boolean {
  return value.kind === 'scalar' && value.value === null;
}

export function isText(value: Value): value is ScalarValue & { readonly value: string } {
  return value.kind === 'scalar' && typeof value.value === 'string';
}

/** An empty map, for what was left out. */
export function emptyMap(at: Span): MapValue {
  return { kind: 'map', entries: [], at };
}

/** A map in which one text stands for a list of one item, as Ansible allows for some keys. */
export function withLists(map: MapValue, keys: readonly string[]): MapValue {
  const entries = map.entries.map((entry) => {
    if (!keys.includes(entry.key) || entry.value.kind === 'list' || isNothing(entry.value)) return entry;
    const list: ListValue = { kind: 'list', items: [entry.value], at: entry.value.at };
    return { ...entry, value: list };
  });
  return { ...map, entries };
}

/** The text of a scalar, template or expression with its place; absent for lists, maps and nothing. */
export function textOf(value: Value): Text | undefined {
  if (value.kind === 'template' || value.kind === 'cel') return { text: value.text, lines: value.lines, at: value.at };
  if (value.kind !== 'scalar' || value.value === null) return undefined;
  const text = typeof value.value === 'string' ? value.value : (value.raw ?? String(value.value));
  const { line, column, length } = value.at;
  if (value.raw === text) return { text, lines: [{ line, column }], at: value.at };
  // Quotes stand around it; for block texts and escapes only the place of the whole is known.
  const lines = length === text.length + 2 ? [{ line, column: column + 1 }] : [];
  return { text, lines, at: value.at };
}

/** Several texts as one, a line each, so that places inside stay exact. */
export function joinTexts(texts: readonly Text[], at: Span): Text {
  const lines = texts.map((text) => text.lines[0] ?? { line: text.at.line, column: text.at.column });
  return { text: texts.map((text) => text.text.replaceAll('\n', ' ')).join('\n'), lines, at };
}

/** Control characters other than nothing at all: they would break lines of reports. */
export function hasControls(text: string): boolean {
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(text);
}
