import { isJsonObject } from '../model/json.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Param } from './param.js';
import { alternatives, dependents } from './together.js';

/** One line of the documentation of parameters. */
export interface ParamRow {
  /** With what it stands in: `volumes[].kind`. */
  readonly name: string;
  /** `text`, `whole number`, `list of text`, … */
  readonly type: string;
  readonly required: boolean;
  readonly fallback?: Json;
  readonly choices: readonly string[];
  readonly examples: readonly Json[];
  /** What values look like, in words. */
  readonly expects?: string;
  readonly late: boolean;
  readonly description: string;
  /** How it goes with the parameters beside it, a sentence each. */
  readonly rules: readonly string[];
  /** The cases of a union that have it, e.g. `kind: ocfs2`; empty when all have. */
  readonly cases: readonly string[];
}

/** Lists all parameters with those below them, each case of a union after what all cases have. */
export function describeParams(param: Param<unknown>): readonly ParamRow[] {
  return rowsOf(param.schema, '');
}

/** The parameters as a table in Markdown. */
export function parameterTable(param: Param<unknown>): string {
  const rows = describeParams(param).map((row) => {
    const cells = [`\`${row.name}\``, row.type, row.required ? 'yes' : fallbackText(row.fallback), sentences(row)];
    return `| ${cells.map(escapeCell).join(' | ')} |`;
  });
  return (
    ['| Parameter | Type | Required or default | Description |', '| --- | --- | --- | --- |', ...rows].join('\n') + '\n'
  );
}

function fallbackText(fallback: Json | undefined): string {
  return fallback === undefined ? 'no' : `\`${JSON.stringify(fallback)}\``;
}

function sentences(row: ParamRow): string {
  const parts = [
    row.cases.length === 0 ? '' : `Only with ${row.cases.map((each) => `\`${each}\``).join(', ')}`,
    row.description,
    row.choices.length === 0 ? '' : `One of ${row.choices.map((each) => `\`${each}\``).join(', ')}`,
    row.expects === undefined ? '' : `Has to be ${row.expects}`,
    row.examples.length === 0 ? '' : `Example: ${row.examples.map((each) => `\`${JSON.stringify(each)}\``).join(', ')}`,
    ...row.rules,
    row.late ? 'May be known only during the run' : '',
  ];
  return parts
    .filter((part) => part !== '')
    .map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
    .join(' ');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');
}

/** @param prefix what the names below begin with: empty, `volumes[].` */
function rowsOf(schema: JsonObject, prefix: string): readonly ParamRow[] {
  if (isJsonObject(schema.items)) return rowsOf(schema.items, prefix);
  if (isJsonObject(schema.discriminator)) return unionRows(schema, String(schema.discriminator.propertyName), prefix);
  const required = listOf(schema.required);
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  return Object.entries(properties).flatMap(([name, property]) => {
    if (!isJsonObject(property)) return [];
    const row = { ...rowOf(`${prefix}${name}`, property, required.includes(name)), rules: rulesOf(schema, name) };
    return [row, ...rowsOf(property, `${prefix}${name}${isJsonObject(property.items) ? '[]' : ''}.`)];
  });
}

/** Rows that all cases share stand once; the others name their cases. */
function unionRows(schema: JsonObject, tag: string, prefix: string): readonly ParamRow[] {
  const cases = (Array.isArray(schema.oneOf) ? (schema.oneOf as readonly Json[]) : []).filter(isJsonObject);
  const merged = new Map<string, { readonly row: ParamRow; readonly cases: string[] }>();
  const names: string[] = [];
  for (const each of cases) {
    const properties = isJsonObject(each.properties) ? each.properties : {};
    const tagSchema = properties[tag];
    const name = isJsonObject(tagSchema) ? String(tagSchema.const) : '';
    names.push(name);
    for (const row of rowsOf(each, prefix)) {
      if (row.name === `${prefix}${tag}`) continue;
      const key = JSON.stringify(row);
      const known = merged.get(key);
      if (known === undefined) merged.set(key, { row, cases: [name] });
      else known.cases.push(name);
    }
  }
  const description = typeof schema.description === 'string' ? schema.description : '';
  const tagRow = rowOf(`${prefix}${tag}`, { type: 'string', description, enum: names }, true);
  const rows = [...merged.values()].map((entry) => ({
    ...entry.row,
    cases:
      entry.cases.length === names.length ? [] : [...entry.cases.map((each) => `${tag}: ${each}`), ...entry.row.cases],
  }));
  return [tagRow, ...rows];
}

function rowOf(name: string, schema: JsonObject, required: boolean): ParamRow {
  const { description, default: fallback, expects, late } = schema;
  return {
    name,
    type: typeOf(schema),
    required,
    ...(fallback === undefined ? {} : { fallback }),
    choices: listOf(schema.enum),
    examples: Array.isArray(schema.examples) ? (schema.examples as readonly Json[]) : [],
    ...(typeof expects === 'string' ? { expects } : {}),
    late: late === true,
    description: typeof description === 'string' ? description : '',
    cases: [],
    rules: [],
  };
}

function rulesOf(schema: JsonObject, name: string): readonly string[] {
  const keys = alternatives(schema);
  const others = keys.filter((key) => key !== name).map((key) => `\`${key}\``);
  const needed = dependents(schema).filter(({ key }) => key === name);
  return [
    ...(keys.includes(name) ? [`Either this or ${others.join(' or ')} has to be written`] : []),
    ...needed.map(({ by, value }) => `Required with \`${by}: ${value}\`, not allowed without it`),
  ];
}

function typeOf(schema: JsonObject): string {
  if (isJsonObject(schema.items)) return `list of ${pluralOf(typeOf(schema.items))}`;
  if (isJsonObject(schema.additionalProperties)) return `map of ${pluralOf(typeOf(schema.additionalProperties))}`;
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    integer: 'whole number',
    number: 'number',
    boolean: 'true or false',
    object: 'map',
  };
  return words[String(schema.type)] ?? String(schema.type);
}

function pluralOf(type: string): string {
  return /^(map|whole number|number)$/.test(type) ? `${type}s` : type;
}

function listOf(json: Json | undefined): readonly string[] {
  return Array.isArray(json) ? json.map(String) : [];
}
