import type { Json } from './json.js';

/** A place in a file its author wrote. Lines and columns count from 1; columns and length count UTF-16 units. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** Where each line of a scalar's text begins in its file; a place inside the text is found from it. */
export type LineStarts = readonly LineStart[];

export interface LineStart {
  readonly line: number;
  readonly column: number;
  /**
   * Where the text goes on elsewhere in the file than the character before it (after an escape, a folded line), by the
   * index in the line of the text, ascending.
   */
  readonly jumps?: readonly { readonly index: number; readonly line: number; readonly column: number }[];
}

/**
 * A value as its author wrote it, with where it stands. It is what the text stage makes of YAML: plain data, so that
 * nothing above `text` knows YAML.
 *
 * - `template`: text that holds `{{ }}` (Handlebars); its lines say where they stand.
 * - `cel`: `!expr "…"`, a CEL expression.
 */
export type Value = ScalarValue | ListValue | MapValue | TemplateValue | CelValue;

export interface ScalarValue {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** The text as written, e.g. `0644` for the number 644; absent for values that no file holds. */
  readonly raw?: string;
  readonly at: Span;
}
export interface ListValue {
  readonly kind: 'list';
  readonly items: readonly Value[];
  readonly at: Span;
}
export interface MapValue {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly at: Span;
}
export interface MapEntry {
  readonly key: string;
  readonly keyAt: Span;
  readonly value: Value;
}
export interface TemplateValue {
  readonly kind: 'template';
  readonly text: string;
  readonly lines: LineStarts;
  readonly at: Span;
}
export interface CelValue {
  readonly kind: 'cel';
  readonly text: string;
  readonly lines: LineStarts;
  readonly at: Span;
}

/** Finds the entry of a map by its key. */
export function entryOf(map: MapValue, key: string): MapEntry | undefined {
  return map.entries.find((entry) => entry.key === key);
}

/** Wraps plain JSON as a value that stands at `at` (defaults, values made by composites, command line). */
export function valueOf(json: Json, at: Span): Value {
  if (Array.isArray(json)) return { kind: 'list', items: json.map((item: Json) => valueOf(item, at)), at };
  if (typeof json === 'object' && json !== null) {
    const entries = Object.entries(json).map(([key, value]) => ({ key, keyAt: at, value: valueOf(value, at) }));
    return { kind: 'map', entries, at };
  }
  // Arrays and objects were handled above.
  return { kind: 'scalar', value: json as null | boolean | number | string, at };
}
