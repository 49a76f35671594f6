import { posix } from 'node:path';
import type { Diagnostic, DiagnosticCode } from '../model/diagnostic.js';
import { isJsonObject } from '../model/json.js';
import type { Json } from '../model/json.js';
import { problem } from '../model/problem.js';
import type { Span } from '../model/source.js';
import type { Evaluated } from './env.js';
import type { Resolver } from './lookup.js';
import type { Expression, Part, Template } from './template.js';

/** Text that templates make of templates can grow without bound; no file or command needs more. */
const maxLength = 1024 * 1024;

type VariablePath = Extract<Expression, { kind: 'variable' }>;

/** Ends the rendering at the first value that cannot be shown. */
class RenderStop extends Error {
  readonly diagnostic: Diagnostic;
  constructor(code: DiagnosticCode, message: string, at: Span, help?: string) {
    super(message);
    this.diagnostic = problem(code, message, at, help);
  }
}

interface Rendering {
  /** What each path stands for; undefined where `default` takes its other value. */
  readonly values: ReadonlyMap<VariablePath, Json | undefined>;
  readonly locals: ReadonlyMap<string, Json>;
  readonly budget: { left: number };
}

/** Every path in a template that names a variable, in the order of the text. */
export function variablesOf(parts: readonly Part[]): readonly VariablePath[] {
  return parts.flatMap((part) => {
    switch (part.kind) {
      case 'text':
        return [];
      case 'insert':
        return variablesIn(part.expression);
      case 'if':
        return [...variablesIn(part.test), ...variablesOf(part.body), ...variablesOf(part.otherwise)];
      case 'each':
        return [...variablesIn(part.list), ...variablesOf(part.body), ...variablesOf(part.otherwise)];
      default:
        return part satisfies never;
    }
  });
}

function variablesIn(expression: Expression): readonly VariablePath[] {
  if (expression.kind === 'variable') return [expression];
  return expression.kind === 'call' ? expression.args.flatMap(variablesIn) : [];
}

/**
 * Renders a template: one that is a single tag gives the value itself, all others give text. All variables have to exist,
 * also those in branches that are not taken. What a value holds is never rendered again and never in a message.
 */
export function renderTemplate(template: Template, resolver: Resolver): Evaluated<Json> {
  if (template.diagnostics.length > 0) return { kind: 'error', diagnostics: template.diagnostics };
  const values = new Map<VariablePath, Json | undefined>();
  const diagnostics: Diagnostic[] = [];
  const late: string[] = [];
  for (const variable of variablesOf(template.parts)) {
    const found = resolver.resolve(variable.path, variable.at);
    if (found.kind === 'known') values.set(variable, found.value);
    else if (found.kind === 'late') late.push(...found.names);
    else if (found.kind === 'error') diagnostics.push(...found.diagnostics);
    else if (variable.optional) values.set(variable, undefined);
    else diagnostics.push(variable.inEach ? withItemHelp(found.diagnostic, variable) : found.diagnostic);
  }
  if (diagnostics.length > 0) return { kind: 'error', diagnostics };
  if (late.length > 0) return { kind: 'late', names: [...new Set(late)] };
  const rendering = { values, locals: new Map<string, Json>(), budget: { left: maxLength } };
  const [only, second] = template.parts;
  try {
    const value =
      only?.kind === 'insert' && second === undefined
        ? (evaluated(only.expression, rendering) ?? null)
        : textOf(template.parts, rendering);
    return { kind: 'known', value };
  } catch (error) {
    if (error instanceof RenderStop) return { kind: 'error', diagnostics: [error.diagnostic] };
    throw error;
  }
}

function withItemHelp(diagnostic: Diagnostic, { path }: VariablePath): Diagnostic {
  const help = `a key of the item is {{this.${path.join('.')}}}`;
  return { ...diagnostic, help: diagnostic.help === undefined ? help : `${diagnostic.help} ${help}` };
}

function textOf(parts: readonly Part[], rendering: Rendering): string {
  return parts
    .map((part) => {
      switch (part.kind) {
        case 'text':
          return spend(part.text, rendering, undefined);
        case 'insert': {
          const value = evaluated(part.expression, rendering);
          return spend(inText(value, part.expression), rendering, part.expression.at);
        }
        case 'if':
          return textOf(holds(evaluated(part.test, rendering)) ? part.body : part.otherwise, rendering);
        case 'each':
          return eachText(part, rendering);
        default:
          return part satisfies never;
      }
    })
    .join('');
}

function spend(text: string, { budget }: Rendering, at: Span | undefined): string {
  budget.left -= text.length + 1;
  if (budget.left < 0 && at !== undefined) {
    throw new RenderStop('BAD_TEMPLATE', 'the template gives more than 1 MiB of text', at);
  }
  return text;
}

function eachText(part: Extract<Part, { kind: 'each' }>, rendering: Rendering): string {
  const list = evaluated(part.list, rendering);
  const at = part.list.at;
  if (typeof list !== 'object' || list === null) {
    throw new RenderStop('WRONG_TYPE', `#each needs a list or map; this is ${kindOf(list)}`, at);
  }
  const entries: readonly (readonly [number | string, Json])[] = Array.isArray(list)
    ? [...(list as readonly Json[]).entries()]
    : Object.entries(list);
  if (entries.length === 0) return textOf(part.otherwise, rendering);
  const [itemName, keyName] = part.names;
  return entries
    .map(([key, item], index) => {
      spend('', rendering, at);
      const locals = new Map<string, Json>([
        ...rendering.locals,
        ['this', item],
        ['@index', index],
        ['@key', key],
        ['@first', index === 0],
        ['@last', index === entries.length - 1],
        ...(itemName === undefined ? [] : [[itemName, item] as const]),
        ...(keyName === undefined ? [] : [[keyName, key] as const]),
      ]);
      return textOf(part.body, { ...rendering, locals });
    })
    .join('');
}

function evaluated(expression: Expression, rendering: Rendering): Json | undefined {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'variable':
      return rendering.values.get(expression);
    case 'local':
      return localValue(expression, rendering);
    case 'call':
      return call(expression, rendering);
    default:
      return expression satisfies never;
  }
}

function localValue({ name, path, at }: Extract<Expression, { kind: 'local' }>, { locals }: Rendering): Json {
  let value: Json | undefined = locals.get(name);
  for (const key of path) {
    // Strings have keys of their own in JavaScript, which are none here.
    const below: Json | undefined =
      (Array.isArray(value) || isJsonObject(value)) && key !== 'length' && Object.hasOwn(value, key)
        ? (value as Readonly<Record<string, Json>>)[key]
        : undefined;
    if (below === undefined) throw new RenderStop('UNDEFINED_VARIABLE', `an item has no key "${key}"`, at);
    value = below;
  }
  return value ?? null;
}

function call({ helper, args, at }: Extract<Expression, { kind: 'call' }>, rendering: Rendering): Json {
  const [firstArgument] = args;
  const [first, second] = args.map((arg) => evaluated(arg, rendering));
  const text = (): string => inText(first, firstArgument ?? { kind: 'literal', value: null, at });
  switch (helper) {
    case 'default':
      return first ?? second ?? null;
    case 'json':
      return JSON.stringify(first ?? null);
    case 'basename':
      return posix.basename(text());
    case 'dirname':
      return posix.dirname(text());
    case 'b64':
      return Buffer.from(text(), 'utf8').toString('base64');
    case 'join': {
      if (!Array.isArray(first)) {
        throw new RenderStop('WRONG_TYPE', `join needs a list; this is ${kindOf(first)}`, firstArgument?.at ?? at);
      }
      const separator = second === undefined ? ',' : inText(second, args[1] ?? { kind: 'literal', value: ',', at });
      return (first as readonly Json[])
        .map((item) => inText(item, firstArgument ?? { kind: 'literal', value: null, at }, 'an item of this list'))
        .join(separator);
    }
    default:
      return helper satisfies never;
  }
}

/** Lists and maps have no obvious text, and a null in a file or command is nearly always a mistake. */
function inText(value: Json | undefined, { at }: Expression, what = 'this value'): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const help =
    value === null || value === undefined
      ? 'write {{default name "value"}}'
      : 'write {{json name}}, or name a key of it';
  throw new RenderStop('WRONG_TYPE', `${what} is ${kindOf(value)}; it cannot stand in text`, at, help);
}

function kindOf(value: Json | undefined): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

/** What `#if` takes for true: all but null, false, 0, empty text, an empty list and an empty map. */
function holds(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}
