import { Environment } from '@marcbachmann/cel-js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Json } from '../model/json.js';
import { problem } from '../model/problem.js';
import type { Span } from '../model/source.js';
import { jinjaAdvice } from './celAdvice.js';
import { fromCel, toCel } from './celJson.js';
import { collect } from './celWalk.js';
import type { ExpressionReference, Walk } from './celWalk.js';
import type { Evaluated } from './env.js';
import type { Found, Resolver } from './lookup.js';
import { placesIn } from './place.js';
import type { PlacedText, Places } from './place.js';

export interface ParsedExpression {
  readonly text: PlacedText;
  readonly references: readonly ExpressionReference[];
  readonly diagnostics: readonly Diagnostic[];
}

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 2000, maxDepth: 64 },
});

// Calls are resolved before anything is evaluated; this one lets the checker know the function.
environment.registerFunction('defined(dyn): bool', () => false);

/** Longer or deeper ones are programs, and cost the parser its stack. */
const maxLength = 4096;

const parsed = new WeakMap<PlacedText, ParsedExpression>();

/** Parses a CEL expression and finds what it names. With `diagnostics` it cannot be evaluated. */
export function parseExpression(text: PlacedText): ParsedExpression {
  const cached = parsed.get(text);
  if (cached !== undefined) return cached;
  const expression = parse(text);
  parsed.set(text, expression);
  return expression;
}

function parse(text: PlacedText): ParsedExpression {
  const places = placesIn(text);
  if (text.text.trim() === '') {
    return { text, references: [], diagnostics: [problem('BAD_EXPRESSION', 'the expression is empty', text.at)] };
  }
  if (text.text.length > maxLength) {
    const message = `the expression is longer than ${String(maxLength)} characters`;
    return { text, references: [], diagnostics: [problem('BAD_EXPRESSION', message, text.at)] };
  }
  try {
    const result = environment.parse(text.text);
    const walk: Walk = { places, references: [], diagnostics: [] };
    collect(result.ast, new Set(), walk);
    const { error } = result.check();
    if (error !== undefined && walk.diagnostics.length === 0) {
      const { code, summary, range } = detailsOf(error);
      const at = range === undefined ? text.at : places(range.start, range.end);
      walk.diagnostics.push(runtimeError(code, summary, at));
    }
    return { text, references: walk.references, diagnostics: walk.diagnostics };
  } catch (error) {
    return { text, references: [], diagnostics: syntaxErrors(text.text, places, error) };
  }
}

function syntaxErrors(text: string, places: Places, error: unknown): readonly Diagnostic[] {
  const advice = jinjaAdvice(text).map(({ start, end, help }) =>
    problem('BAD_EXPRESSION', 'this is not a valid expression', places(start, end), help),
  );
  if (advice.length > 0) return advice;
  const { code, range } = detailsOf(error);
  const { start, end } = range ?? { start: 0, end: text.length };
  // At the end there is nothing to point at but the last character.
  const at =
    start >= text.length
      ? places(Math.max(0, text.trimEnd().length - 1), text.length)
      : places(start, Math.max(end, start + 1));
  const message =
    start >= text.length ? 'the expression is not complete' : `this is not a valid expression (${words(code)})`;
  return [problem('BAD_EXPRESSION', message, at)];
}

/**
 * Evaluates an expression. Each path in it is looked up by the resolver and replaced by a name for its value, so that the
 * library never walks our data.
 */
export function evaluateExpression(expression: ParsedExpression, resolver: Resolver): Evaluated<Json> {
  if (expression.diagnostics.length > 0) return { kind: 'error', diagnostics: expression.diagnostics };
  const { references, text } = expression;
  const found = references.map((each) => resolver.resolve(each.path, each.at));
  const diagnostics = found.flatMap((each, index) => {
    if (each.kind === 'error') return each.diagnostics;
    const asked = references[index];
    if (each.kind !== 'absent' || asked === undefined || asked.defined || isGuarded(asked, references)) return [];
    return [each.diagnostic];
  });
  if (diagnostics.length > 0) return { kind: 'error', diagnostics };
  const late = found.flatMap((each) => (each.kind === 'late' ? each.names : []));
  if (late.length > 0) return { kind: 'late', names: [...new Set(late)] };
  return run(text, references, found);
}

/** `defined(a) && a.b` is how people ask; the right side is then only wrong when it is reached. */
function isGuarded({ path }: ExpressionReference, references: readonly ExpressionReference[]): boolean {
  return references.some((other) => other.defined && other.path.every((key, index) => path[index] === key));
}

function run(text: PlacedText, references: readonly ExpressionReference[], found: readonly Found[]): Evaluated<Json> {
  const context: Record<string, unknown> = {};
  let rewritten = '';
  let from = 0;
  /** Where each replacement stands in the rewritten text, to find the way back from an error. */
  const moves: { readonly at: number; readonly end: number; readonly index: number }[] = [];
  for (const [index, { start, end, defined }] of references.entries()) {
    const result = found[index];
    const known = result?.kind === 'known';
    const name = defined ? String(known) : `v${String(index)}_`;
    if (!defined && known) context[name] = toCel(result.value);
    rewritten += text.text.slice(from, start);
    moves.push({ at: rewritten.length, end: rewritten.length + name.length, index });
    rewritten += name;
    from = end;
  }
  rewritten += text.text.slice(from);
  try {
    const value = fromCel(environment.parse(rewritten)(context));
    if (value !== undefined) return { kind: 'known', value };
    const message = 'the expression gives a value that is neither text, number, truth value, list nor map';
    return { kind: 'error', diagnostics: [problem('BAD_EXPRESSION', message, text.at)] };
  } catch (error) {
    const { code, summary, range } = detailsOf(error);
    const start = range?.start ?? 0;
    const move = moves.find((candidate) => candidate.at === start && candidate.end >= (range?.end ?? 0));
    const reached = move === undefined ? undefined : found[move.index];
    if (reached?.kind === 'absent') return { kind: 'error', diagnostics: [reached.diagnostic] };
    const places = placesIn(text);
    const back = (offset: number): number => originalOffset(offset, moves, references);
    const at =
      range === undefined ? text.at : places(back(range.start), Math.max(back(range.end), back(range.start) + 1));
    return { kind: 'error', diagnostics: [runtimeError(code, summary, at)] };
  }
}

function originalOffset(
  offset: number,
  moves: readonly { readonly at: number; readonly end: number; readonly index: number }[],
  references: readonly ExpressionReference[],
): number {
  const move = moves.findLast((candidate) => candidate.at <= offset);
  const replaced = move === undefined ? undefined : references[move.index];
  if (move === undefined || replaced === undefined) return offset;
  if (offset === move.at) return replaced.start;
  return offset < move.end ? replaced.start : replaced.end + offset - move.end;
}

/** The library's sentences may quote values; those of these codes name types only. */
function runtimeError(code: string, summary: string, at: Span): Diagnostic {
  const types = summary.replace(/dyn<(\w+)>/g, '$1');
  if (code === 'no_such_overload') {
    const mixed = /\b(int|double) \S+ (int|double)\b/.test(types);
    const help = mixed ? 'whole numbers and others do not mix: write double(a) + 1.5' : undefined;
    return problem(
      'BAD_EXPRESSION',
      `these types do not go together (${types.replace(/^no such overload: /, '')})`,
      at,
      help,
    );
  }
  if (code === 'no_matching_overload') {
    const call = /'([^']*)'/.exec(types)?.[1] ?? '';
    return problem(
      'BAD_EXPRESSION',
      `there is no function ${call}`,
      at,
      'functions are those of CEL: size(x), x.startsWith("a")',
    );
  }
  if (code === 'invalid_condition_type')
    return problem('BAD_EXPRESSION', 'the part before ? has to be true or false', at);
  return problem('BAD_EXPRESSION', `the expression cannot be evaluated (${words(code)})`, at);
}

function words(code: string): string {
  return code.replaceAll('_', ' ');
}

function detailsOf(error: unknown): { code: string; summary: string; range?: { start: number; end: number } } {
  // The errors of the library carry these; anything else is shown by its kind only.
  const { code, summary, range } = error as { code?: string; summary?: string; range?: { start: number; end: number } };
  return { code: code ?? 'not evaluable', summary: summary ?? '', ...(range === undefined ? {} : { range }) };
}
