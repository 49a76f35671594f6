import type { MapEntry, Span, Value } from '../model/source.js';

/**
 * Puts templates that a composite gave into the parameters of a node.
 * @param templates template text by JSON pointer; maps that are missing on the way are made
 * @param at what mistakes in them are shown at
 */
export function withTemplates(params: Value, templates: Readonly<Record<string, string>>, at: Span): Value {
  let value = params;
  for (const [pointer, text] of Object.entries(templates)) {
    const keys = pointer.split('/').slice(1);
    value = put(value, keys, { kind: 'template', text, lines: [{ line: at.line, column: at.column }], at });
  }
  return value;
}

function put(value: Value, [key, ...rest]: readonly string[], leaf: Value): Value {
  if (key === undefined) return leaf;
  if (value.kind === 'list') {
    return {
      ...value,
      items: value.items.map((item, index) => (String(index) === key ? put(item, rest, leaf) : item)),
    };
  }
  const entries = value.kind === 'map' ? value.entries : [];
  const old = entries.find((entry) => entry.key === key);
  const empty: Value = { kind: 'map', entries: [], at: leaf.at };
  const made: MapEntry = { key, keyAt: leaf.at, value: put(old?.value ?? empty, rest, leaf) };
  return { kind: 'map', at: value.at, entries: [...entries.filter((entry) => entry !== old), made] };
}
