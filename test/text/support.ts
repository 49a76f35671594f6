import { expect } from 'chai';
import type { Checked, Diagnostic } from '../../src/model/diagnostic.js';
import type { Json } from '../../src/model/json.js';
import { entryOf } from '../../src/model/source.js';
import type { MapValue, Value } from '../../src/model/source.js';
import { param } from '../../src/schema/param.js';
import type { Binding, Env, Evaluated } from '../../src/text/evaluate.js';
import { parseYaml } from '../../src/text/yaml.js';

/** Reads a text as a file. */
export function read(text: string): Checked<Value> {
  return parseYaml('t.yml', new TextEncoder().encode(text));
}

/** Reads a text that has to be a map without mistakes. */
export function readMap(text: string): MapValue {
  const { value, diagnostics } = read(text);
  expect(diagnostics).to.deep.equal([]);
  if (value?.kind !== 'map') throw new Error('the text is not a map');
  return value;
}

/** The value of the key `v`, which stands behind `v: `. */
export function valueOfKey(text: string): Value {
  const entry = entryOf(readMap(`v: ${text}`), 'v');
  if (entry === undefined) throw new Error('there is no key v');
  return entry.value;
}

/** A diagnostic in one line: `CODE line:column+length`. */
export function placed({ code, at }: Diagnostic): string {
  return `${code} ${String(at.line)}:${String(at.column)}+${String(at.length)}`;
}

/** Variables for a test: written as YAML, with plain values and late names beside them. */
export function envOf(vars: string, others: Readonly<Record<string, Binding>> = {}): Env {
  const written = vars === '' ? [] : readMap(vars).entries;
  const names = new Map<string, Binding>([
    ...written.map((entry) => [entry.key, { kind: 'source', value: entry.value }] as const),
    ...Object.entries(others),
  ]);
  return { lookup: (name) => names.get(name), names: () => [...names.keys()] };
}

/** A value as plain data, templates and expressions as `template:…` and `expr:…`. */
export function plain(value: Value | undefined): Json {
  switch (value?.kind) {
    case undefined:
      return 'none';
    case 'scalar':
      return value.value;
    case 'list':
      return value.items.map(plain);
    case 'map':
      return Object.fromEntries(value.entries.map((entry) => [entry.key, plain(entry.value)]));
    case 'template':
      return `template:${value.text}`;
    case 'cel':
      return `expr:${value.text}`;
  }
}

/** Variables of all kinds. */
export const vars = `
n: 5
half: 1.5
s: text
t: true
nothing: null
yesterday: "yes"
l: [x, y]
m: {k: 1, addr: "x{{ s }}y", self: "{{ m.k }}"}
items: [{n: 1}, {n: 2}]
circle1: "{{ circle2 }}"
circle2: "{{ circle1 }}"
broken: "{{ undef }}"
twice: "{{ broken }}{{ broken }}"
dir: "{{ facts.qemu.user }}"
`;

const facts: Binding = {
  kind: 'late',
  shape: param.object({
    qemu: param.object({ user: param.string('The user') }),
    mem: param.integer('MiB'),
    mounts: param.list('Mounts', param.object({ target: param.path('Where') })),
  }),
  parts: { mem: 42 },
};
/** `vars` with late, foreign and nested values. */
export const env = envOf(vars, {
  facts,
  created: { kind: 'late' },
  foreign: { kind: 'value', value: 'a {{ s }} !expr' },
  nested: { kind: 'value', value: { a: [{ b: 'deep' }] } },
});

/** A result without messages. */
export function outcome(result: Evaluated<Json>): Json {
  if (result.kind === 'known') return { known: result.value };
  return result.kind === 'late' ? { late: result.names } : { error: result.diagnostics.map(placed) };
}

/** What a result with mistakes says. */
export function helpOf(result: Evaluated<Json>): string {
  return result.kind === 'error'
    ? result.diagnostics.map((each) => `${each.message} | ${each.help ?? ''}`).join('\n')
    : '';
}
