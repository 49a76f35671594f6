import Handlebars from 'handlebars';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Json } from '../model/json.js';
import { problem } from '../model/problem.js';
import type { Span, TemplateValue } from '../model/source.js';
import { suggest } from '../model/suggest.js';
import { placesIn } from './place.js';
import type { Places } from './place.js';
import { findTags } from './tags.js';
import type { Tag } from './tags.js';

export const helperNames = ['default', 'json', 'join', 'basename', 'dirname', 'b64'] as const;
export type HelperName = (typeof helperNames)[number];

/** A path in a template. `local` begins at a name that `#each` gives: `this`, `@index`, a block parameter. */
export type Expression =
  | {
      readonly kind: 'variable';
      readonly path: readonly string[];
      /** The first value of `default`: it need not exist. */
      readonly optional: boolean;
      /** In other Handlebars the name would be a key of the item. */
      readonly inEach: boolean;
      readonly at: Span;
    }
  | { readonly kind: 'local'; readonly name: string; readonly path: readonly string[]; readonly at: Span }
  | { readonly kind: 'literal'; readonly value: Json; readonly at: Span }
  | { readonly kind: 'call'; readonly helper: HelperName; readonly args: readonly Expression[]; readonly at: Span };

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'insert'; readonly expression: Expression }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly body: readonly Part[];
      readonly otherwise: readonly Part[];
    }
  | {
      readonly kind: 'each';
      readonly list: Expression;
      readonly body: readonly Part[];
      readonly otherwise: readonly Part[];
      /** Block parameters: names of the item and of its index or key. */
      readonly names: readonly string[];
    };

/** A template that was checked. With `diagnostics` it cannot be rendered. */
export interface Template {
  readonly parts: readonly Part[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Parsing depends on the text alone, and the same value is evaluated for every host. */
const parsed = new WeakMap<TemplateValue, Template>();

/**
 * Parses a template and refuses all that is not in the small language: text, paths, `#if`, `#unless`, `#each`, the
 * helpers. Nothing is ever compiled; `renderTemplate` interprets the parts.
 */
export function parseTemplate(value: TemplateValue): Template {
  const cached = parsed.get(value);
  if (cached !== undefined) return cached;
  const template = parse(value);
  parsed.set(value, template);
  return template;
}

function parse(value: TemplateValue): Template {
  const places = placesIn(value);
  const { tags, diagnostics } = findTags(value.text, places);
  if (diagnostics.length > 0) return { parts: [], diagnostics };
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parse(value.text);
  } catch {
    return { parts: [], diagnostics: brokenTags(tags, value, places) };
  }
  const reading: Reading = { span: spanOfNodes(value.text, places), diagnostics: [], locals: [] };
  const parts = partsOf(program, reading);
  return { parts, diagnostics: reading.diagnostics };
}

/** Finds the tags that are not valid on their own; the library's message has no usable place and quotes the text. */
function brokenTags(tags: readonly Tag[], value: TemplateValue, places: Places): readonly Diagnostic[] {
  const broken = tags.filter(({ inner }) => !/^(\/|else\b|\^$)/.test(inner) && !parses(inner));
  const help = 'allowed are {{name}}, {{name.key}}, {{#if name}}, {{#unless name}}, {{#each list}} and helpers';
  const found = broken.map(({ innerStart, inner }) => places(innerStart, innerStart + inner.length));
  return (found.length === 0 ? [value.at] : found).map((at) =>
    problem('BAD_TEMPLATE', 'this is not a template that can be read', at, help),
  );
}

function parses(inner: string): boolean {
  const [, name] = /^[#^]\s*([^\s|]*)/.exec(inner) ?? [];
  try {
    Handlebars.parse(name === undefined ? `{{${inner}}}` : `{{${inner}}}{{/${name}}}`);
    return true;
  } catch {
    return false;
  }
}

interface Reading {
  readonly span: (node: hbs.AST.Node) => Span;
  readonly diagnostics: Diagnostic[];
  /** Names that the blocks around give, innermost last. */
  readonly locals: readonly (readonly string[])[];
}

/** The library counts lines by any line break, columns from 0. */
function spanOfNodes(text: string, places: Places): Reading['span'] {
  const starts = [0, ...[...text.matchAll(/\r\n?|\n/g)].map((match) => match.index + match[0].length)];
  const offset = ({ line, column }: { line: number; column: number }): number => (starts[line - 1] ?? 0) + column;
  return ({ loc }) => places(offset(loc.start), offset(loc.end));
}

function refuse(reading: Reading, node: hbs.AST.Node, message: string, help?: string): void {
  reading.diagnostics.push(problem('BAD_TEMPLATE', message, reading.span(node), help));
}

function partsOf(program: hbs.AST.Program | undefined, reading: Reading): readonly Part[] {
  return (program?.body ?? []).flatMap((statement): readonly Part[] => {
    switch (statement.type) {
      case 'ContentStatement': {
        const text = (statement as hbs.AST.ContentStatement).value;
        return text === '' ? [] : [{ kind: 'text', text }];
      }
      case 'CommentStatement':
        return [];
      case 'MustacheStatement':
        return [{ kind: 'insert', expression: callOrPath(statement as hbs.AST.MustacheStatement, reading) }];
      case 'BlockStatement':
        return blockOf(statement as hbs.AST.BlockStatement, reading);
      default:
        refuse(reading, statement, 'this kind of tag is not supported');
        return [];
    }
  });
}

function blockOf(block: hbs.AST.BlockStatement, reading: Reading): readonly Part[] {
  const [argument] = block.params;
  // The library leaves `hash`, `program` and `inverse` out where nothing is written, whatever its types say.
  const { program, inverse, hash } = block as Partial<hbs.AST.BlockStatement>;
  const name = block.path.original;
  if (name !== 'if' && name !== 'unless' && name !== 'each') {
    const meant = suggest(name, ['if', 'unless', 'each']);
    const help = meant === undefined ? 'blocks are #if, #unless and #each' : `did you mean "#${meant}"?`;
    refuse(reading, block.path, `there is no block "#${name}"`, help);
    return [];
  }
  if (argument === undefined || block.params.length > 1 || hash !== undefined) {
    const help = name === 'each' ? '{{#each list}}' : `{{#${name} name}}; for more than a name use !expr "…"`;
    refuse(reading, block.path, `#${name} takes one value`, help);
    return [];
  }
  const tested = expressionOf(argument, reading, false);
  if (name === 'each') {
    const names = program?.blockParams ?? [];
    const inside = { ...reading, locals: [...reading.locals, ['this', '@index', '@key', '@first', '@last', ...names]] };
    return [
      { kind: 'each', list: tested, body: partsOf(program, inside), otherwise: partsOf(inverse, reading), names },
    ];
  }
  const body = partsOf(program, reading);
  const otherwise = partsOf(inverse, reading);
  return [
    { kind: 'if', test: tested, ...(name === 'if' ? { body, otherwise } : { body: otherwise, otherwise: body }) },
  ];
}

function callOrPath(node: hbs.AST.MustacheStatement | hbs.AST.SubExpression, reading: Reading): Expression {
  const { path, params } = node;
  if (params.length === 0 && (node as { hash?: unknown }).hash === undefined) return expressionOf(path, reading, false);
  const name = String((path as { original?: unknown }).original);
  const helper = helperNames.find((candidate) => candidate === name);
  const at = reading.span(path);
  if (helper === undefined) {
    const meant = suggest(name, helperNames);
    const help = meant === undefined ? `helpers are: ${helperNames.join(', ')}` : `did you mean "${meant}"?`;
    refuse(reading, path, `there is no helper "${name}"`, help);
    return { kind: 'literal', value: null, at };
  }
  const [least, most] = arity[helper];
  if (params.length < least || params.length > most || (node as { hash?: unknown }).hash !== undefined) {
    refuse(
      reading,
      path,
      `"${name}" takes ${least === most ? String(least) : `${String(least)} or ${String(most)}`} values`,
      usage[helper],
    );
  }
  const args = params.map((param, index) => expressionOf(param, reading, helper === 'default' && index === 0));
  return { kind: 'call', helper, args, at };
}

const arity: Readonly<Record<HelperName, readonly [number, number]>> = {
  default: [2, 2],
  json: [1, 1],
  join: [1, 2],
  basename: [1, 1],
  dirname: [1, 1],
  b64: [1, 1],
};

const usage: Readonly<Record<HelperName, string>> = {
  default: '{{default name "value"}}',
  json: '{{json name}}',
  join: '{{join list ","}}',
  basename: '{{basename path}}',
  dirname: '{{dirname path}}',
  b64: '{{b64 text}}',
};

function expressionOf(node: hbs.AST.Expression, reading: Reading, optional: boolean): Expression {
  const at = reading.span(node);
  switch (node.type) {
    case 'PathExpression':
      return pathOf(node as hbs.AST.PathExpression, reading, optional);
    case 'SubExpression':
      return callOrPath(node as hbs.AST.SubExpression, reading);
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
      return {
        kind: 'literal',
        value: (node as hbs.AST.StringLiteral | hbs.AST.NumberLiteral | hbs.AST.BooleanLiteral).value,
        at,
      };
    case 'NullLiteral':
      return { kind: 'literal', value: null, at };
    default:
      refuse(reading, node, 'this value is not supported in a template');
      return { kind: 'literal', value: null, at };
  }
}

function pathOf(node: hbs.AST.PathExpression, reading: Reading, optional: boolean): Expression {
  const at = reading.span(node);
  const [first = '', ...rest] = node.parts;
  const names = new Set(reading.locals.flat());
  if (node.data) {
    const name = `@${first}`;
    if (!names.has(name))
      refuse(reading, node, `"${name}" is not known here`, 'inside #each: @index, @key, @first, @last');
    return { kind: 'local', name, path: rest, at };
  }
  if (node.depth > 0) refuse(reading, node, 'parents of the item are not supported', '{{#each list as |item|}}');
  if (/^(this|\.)([./]|$)/.test(node.original)) {
    if (!names.has('this')) refuse(reading, node, '"this" is only known inside #each', 'write the name of a variable');
    return { kind: 'local', name: 'this', path: node.parts, at };
  }
  if (names.has(first)) return { kind: 'local', name: first, path: rest, at };
  return { kind: 'variable', path: node.parts, optional, inEach: names.size > 0, at };
}
