import type { Diagnostic } from '../model/diagnostic.js';
import { equalJson } from '../model/json.js';
import type { Value } from '../model/source.js';
import type { Param } from '../schema/param.js';
import { pointerBelow } from '../schema/pointer.js';
import { mayBeLate } from '../schema/walk.js';
import type { Env } from '../text/evaluate.js';
import { evaluate } from '../text/evaluate.js';
import { problem } from '../load/problem.js';
import { mergeFindings } from './blame.js';
import { plainJson } from './plain.js';
import { settle } from './settle.js';

/** A host of a storage object with what it may name. */
export interface MemberEnv {
  readonly host: string;
  readonly env: Env;
  /** Adds help to what is undefined. */
  explain(diagnostics: readonly Diagnostic[]): readonly Diagnostic[];
}

/**
 * Evaluates the description of a storage object, which is one for all its hosts. Where a parameter is declared `late`, a
 * value may be unknown or differ by host: its text stays, and is evaluated for each host. Elsewhere it must be known and
 * the same everywhere.
 */
export function settleForMembers(
  value: Value,
  param: Param<unknown>,
  members: readonly MemberEnv[],
): { readonly value: Value; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const [first] = members;
  if (first === undefined) return { value, diagnostics };
  const { host, env } = first;
  // Its tags say which case of a union a part is.
  const json = plainJson(settle(value, env).value, () => null);

  function leaf(part: Value, late: boolean): Value {
    const results = members.map(({ host: member, env: memberEnv, explain }) => {
      const result = evaluate(part, memberEnv);
      return { host: member, result, diagnostics: result.kind === 'error' ? explain(result.diagnostics) : [] };
    });
    const errors = mergeFindings(results);
    if (errors.length > 0) {
      diagnostics.push(...errors);
      return part;
    }
    const firstResult = results[0]?.result;
    const unknown = results.flatMap(({ result }) => (result.kind === 'late' ? result.names : []));
    const differing = results.find(
      ({ result }) =>
        result.kind === 'known' && firstResult?.kind === 'known' && !equalJson(result.value, firstResult.value),
    );
    if (unknown.length === 0 && differing === undefined) return settle(part, env).value;
    if (!late) diagnostics.push(tooLate(part, unknown, [host, differing?.host ?? '']));
    return part;
  }

  function walk(part: Value, pointer: string): Value {
    switch (part.kind) {
      case 'scalar':
        return part;
      case 'list':
        return { ...part, items: part.items.map((item, index) => walk(item, pointerBelow(pointer, index))) };
      case 'map': {
        const entries = part.entries.map((entry) => ({
          ...entry,
          value: walk(entry.value, pointerBelow(pointer, entry.key)),
        }));
        return { ...part, entries };
      }
      case 'template':
      case 'cel':
        return leaf(part, mayBeLate(param, pointer, json));
    }
  }

  return { value: walk(value, ''), diagnostics };
}

function tooLate(part: Value, unknown: readonly string[], [first, other]: readonly [string, string]): Diagnostic {
  if (unknown.length > 0) {
    const names = [...new Set(unknown)].join(', ');
    const help = 'a storage object is laid out before any host is connected; use a variable of the inventory';
    return problem(
      'TOO_LATE',
      part.at,
      `this must be known before the hosts are reached, it depends on ${names}`,
      help,
    );
  }
  const help = 'a storage object has one description for all its hosts';
  return problem('CONFLICT', part.at, `the value differs between ${first} and ${other}`, help);
}
