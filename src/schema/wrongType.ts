import type { Diagnostic } from '../model/diagnostic.js';
import type { Json, JsonObject } from '../model/json.js';
import { problem } from '../model/problem.js';
import type { ScalarValue } from '../model/source.js';
import type { Located } from './pointer.js';

/**
 * Says that a value has another type than its parameter, with what to write when YAML read something else than its
 * author meant: `0644`, `yes`, `1.10`.
 */
export function wrongType(schema: JsonObject, { value }: Located, json: Json | undefined): Diagnostic {
  const expected = typeWord(String(schema.type));
  const got = `expected ${expected}, got ${kindOf(json)}`;
  if (value.kind === 'scalar' && json === value.value) return wrongScalar(schema, value, got);
  if (value.kind === 'template' || value.kind === 'cel') {
    return problem('WRONG_TYPE', `${got} from this ${value.kind === 'cel' ? 'expression' : 'template'}`, value.at);
  }
  return problem('WRONG_TYPE', got, value.at, schema.type === 'string' ? 'put text in quotes' : undefined);
}

function wrongScalar(schema: JsonObject, { value, raw, at }: ScalarValue, got: string): Diagnostic {
  if (value === null)
    return problem('WRONG_TYPE', 'the value is missing', at, `expected ${typeWord(String(schema.type))}`);
  switch (String(schema.type)) {
    case 'string':
      return wrongText(schema, { value, raw: raw ?? String(value), at });
    case 'boolean': {
      const meant = truthOf(value);
      if (meant === undefined) return problem('WRONG_TYPE', got, at, 'write true or false');
      const help = `write ${String(meant)}${raw === undefined ? ' without quotes' : ''}`;
      return problem('WRONG_TYPE', got, at, help);
    }
    case 'integer':
    case 'number':
      return typeof value === 'string' && /^-?\d+$/.test(value)
        ? problem('WRONG_TYPE', got, at, `write ${value} without quotes`)
        : problem('WRONG_TYPE', got, at);
    case 'array':
      return problem('WRONG_TYPE', got, at, 'write it as a list: [a, b], or a line "- item" for each');
    default:
      return problem('WRONG_TYPE', got, at);
  }
}

/** Text was expected and YAML made something else of it. */
function wrongText(schema: JsonObject, scalar: { value: Json; raw: string; at: ScalarValue['at'] }): Diagnostic {
  const { value, raw, at } = scalar;
  const read = typeof value === 'number' ? `the number ${String(value)}` : `the truth value ${String(value)}`;
  const { expects } = schema;
  if (typeof expects === 'string' && expects.includes('octal mode') && typeof value === 'number') {
    const digits = raw.replace(/^0o?/, '');
    const help = /^[0-7]{3,4}$/.test(digits) ? `write "0${digits.slice(-4)}"` : 'write it like "0644"';
    return problem('WRONG_TYPE', `file mode must be quoted: YAML 1.2 reads ${raw} as ${read}`, at, help);
  }
  return problem('WRONG_TYPE', `text must be quoted here: YAML 1.2 reads ${raw} as ${read}`, at, `write "${raw}"`);
}

const truths: Readonly<Record<string, boolean>> = {
  yes: true,
  y: true,
  on: true,
  true: true,
  '1': true,
  no: false,
  n: false,
  off: false,
  false: false,
  '0': false,
};

function truthOf(value: string | number | boolean): boolean | undefined {
  const word = String(value).toLowerCase();
  return Object.hasOwn(truths, word) ? truths[word] : undefined;
}

/** The type of JSON Schema in words. */
export function typeWord(type: string): string {
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map',
  };
  return words[type] ?? type;
}

function kindOf(json: Json | undefined): string {
  if (json === null || json === undefined) return 'nothing';
  if (Array.isArray(json)) return 'a list';
  if (typeof json === 'object') return 'a map';
  if (typeof json === 'boolean') return String(json);
  return typeof json === 'string' ? 'text' : 'a number';
}
