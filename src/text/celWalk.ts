import type { Diagnostic } from '../model/diagnostic.js';
import { problem } from '../model/problem.js';
import type { Span } from '../model/source.js';
import type { Places } from './place.js';

interface Of<Op, Args> {
  readonly op: Op;
  readonly args: Args;
  readonly start: number;
  readonly end: number;
}

type Binary = '[?]' | '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | 'in';

/** A parsed expression, in the shape that the CEL library gives. */
export type ExpressionTree =
  | Of<'id', string>
  | Of<'value', unknown>
  | Of<'.', readonly [ExpressionTree, string]>
  | Of<'.?', readonly [ExpressionTree, string]>
  | Of<'[]', readonly [ExpressionTree, ExpressionTree]>
  | Of<'call', readonly [string, readonly ExpressionTree[]]>
  | Of<'rcall', readonly [string, ExpressionTree, readonly ExpressionTree[]]>
  | Of<'list', readonly ExpressionTree[]>
  | Of<'map', readonly (readonly [ExpressionTree, ExpressionTree])[]>
  | Of<'?:', readonly [ExpressionTree, ExpressionTree, ExpressionTree]>
  | Of<'!_' | '-_', ExpressionTree>
  | Of<Binary, readonly [ExpressionTree, ExpressionTree]>;

/** A path that an expression names; `defined` when it is only asked whether it exists. */
export interface ExpressionReference {
  readonly path: readonly string[];
  readonly defined: boolean;
  readonly at: Span;
  /** Offsets in the expression of what is replaced by its value: the path, or the whole call of `defined`. */
  readonly start: number;
  readonly end: number;
}

const typeNames = new Set([
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'list',
  'map',
  'type',
  'null_type',
  'dyn',
]);

/** Each level multiplies the work. */
const maxMacros = 4;

/** A group that repeats and holds another repetition or a choice: matching it may take longer than anyone waits. */
const costlyPattern = /\([^()]*[*+}|][^()]*\)\)*[*+{]/;

const macros = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

export interface Walk {
  readonly places: Places;
  readonly references: ExpressionReference[];
  readonly diagnostics: Diagnostic[];
}

/**
 * Collects what a tree names and what in it is refused.
 * @param locals names that a macro around gives, which are no variables
 */
export function collect(node: ExpressionTree, locals: ReadonlySet<string>, walk: Walk): void {
  const path = pathOf(node);
  if (path !== undefined) {
    const [name = ''] = path;
    if (!locals.has(name) && !(path.length === 1 && typeNames.has(name))) reference(path, node, node, walk);
    return;
  }
  if (node.op === 'call') collectCall(node, locals, walk);
  else if (node.op === 'rcall') collectMethod(node, locals, walk);
  else for (const child of childrenOf(node)) collect(child, locals, walk);
}

/** Nodes below a node: alone, in a list, or in pairs of a map. Names and plain values are none. */
function childrenOf(node: ExpressionTree): readonly ExpressionTree[] {
  return [node.args].flat(2).filter(isNode);
}

function isNode(value: unknown): value is ExpressionTree {
  return typeof value === 'object' && value !== null && 'op' in value;
}

function collectCall(node: ExpressionTree & { op: 'call' }, locals: ReadonlySet<string>, walk: Walk): void {
  const [name, args] = node.args;
  if (name !== 'defined' && name !== 'has') {
    if (name === 'matches' && args[1] !== undefined) checkPattern(args[1], walk);
    for (const arg of args) collect(arg, locals, walk);
    return;
  }
  const [argument] = args;
  const path = argument === undefined || args.length > 1 ? undefined : pathOf(argument);
  if (path !== undefined && locals.has(path[0] ?? '')) {
    // The library knows `has` for what a macro gives; `defined` asks for variables.
    if (name === 'has') return;
  } else if (path !== undefined && argument !== undefined) {
    reference(path, argument, node, walk);
    return;
  }
  const at = walk.places(node.start, node.end);
  walk.diagnostics.push(
    problem('BAD_EXPRESSION', `${name} takes the path of a variable`, at, 'write defined(name.key)'),
  );
}

function collectMethod(node: ExpressionTree & { op: 'rcall' }, locals: ReadonlySet<string>, walk: Walk): void {
  const [name, receiver, args] = node.args;
  const [first, ...rest] = args;
  const bind = name === 'bind' && receiver.op === 'id' && receiver.args === 'cel';
  if (!bind) collect(receiver, locals, walk);
  if (name === 'matches' && first !== undefined) checkPattern(first, walk);
  if ((bind || macros.has(name)) && first?.op === 'id' && rest.length > 0) {
    const inner = new Set([...locals, first.args]);
    if (inner.size > maxMacros) {
      const message = `macros are nested deeper than ${String(maxMacros)} levels`;
      walk.diagnostics.push(problem('BAD_EXPRESSION', message, walk.places(node.start, node.end)));
    }
    for (const arg of rest) collect(arg, inner, walk);
  } else {
    for (const arg of args) collect(arg, locals, walk);
  }
}

function checkPattern(pattern: ExpressionTree, walk: Walk): void {
  const at = walk.places(pattern.start, pattern.end);
  if (pattern.op !== 'value' || typeof pattern.args !== 'string') {
    walk.diagnostics.push(problem('BAD_EXPRESSION', 'the pattern of matches has to be written out', at));
  } else if (costlyPattern.test(pattern.args)) {
    const help = 'leave the outer or the inner repetition out';
    walk.diagnostics.push(problem('BAD_EXPRESSION', 'this pattern may take too long to match', at, help));
  }
}

/** @param replaced the node that gives way to the value: the path itself, or the call that asks for it */
function reference(path: readonly string[], named: ExpressionTree, replaced: ExpressionTree, walk: Walk): void {
  const at = walk.places(named.start, named.end);
  walk.references.push({ path, defined: named !== replaced, at, start: replaced.start, end: replaced.end });
}

/** The path that a node spells with names and literal keys only. */
function pathOf(node: ExpressionTree): readonly string[] | undefined {
  if (node.op === 'id') return [node.args];
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const above = pathOf(node.args[0]);
  if (above === undefined) return undefined;
  if (node.op === '.') return [...above, node.args[1]];
  const [, key] = node.args;
  const literal = key.op === 'value' && (typeof key.args === 'string' || typeof key.args === 'bigint');
  return literal ? [...above, String(key.args)] : undefined;
}
