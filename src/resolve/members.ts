import type { Diagnostic } from '../model/diagnostic.js';
import { equalJson } from '../model/json.js';
import type { Json } from '../model/json.js';
import type { MapEntry, Value } from '../model/source.js';
import type { Env } from '../text/evaluate.js';
import { evaluate } from '../text/evaluate.js';
import { problem } from '../load/problem.js';
import { mergeFindings } from './blame.js';
import { isLateSchema, plainJson, schemaBelow } from './plain.js';
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
  schema: Json,
  members: readonly MemberEnv[],
): { readonly value: Value; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];

  function leaf(part: Value, late: boolean): Value {
    const results = members.map(({ host, env, explain }) => {
      const result = evaluate(part, env);
      return { host, result, diagnostics: result.kind === 'error' ? explain(result.diagnostics) : [] };
    });
    const errors = mergeFindings(results);
    if (errors.length > 0) {
      diagnostics.push(...errors);
      return part;
    }
    const [first] = members;
    if (first === undefined) return part;
    const settled = settle(part, first.env).value;
    const firstResult = results[0]?.result;
    const unknown = results.flatMap(({ result }) => (result.kind === 'late' ? result.names : []));
    const differing = results.find(
      ({ result }) =>
        result.kind === 'known' && firstResult?.kind === 'known' && !equalJson(result.value, firstResult.value),
    );
    if (unknown.length === 0 && differing === undefined) return settled;
    if (!late) diagnostics.push(tooLate(part, unknown, [first.host, differing?.host ?? '']));
    return part;
  }

  function walk(part: Value, partSchema: Json | undefined, late: boolean): Value {
    const isLate = late || isLateSchema(partSchema);
    switch (part.kind) {
      case 'scalar':
        return part;
      case 'list':
        return {
          ...part,
          items: part.items.map((item, index) => walk(item, schemaBelow(partSchema, part, String(index)), isLate)),
        };
      case 'map': {
        // The tag of a variant comes first: it says what the other keys are.
        const tagged = { ...part, entries: part.entries.map((entry) => knownScalar(entry)) };
        const entries = part.entries.map((entry) => ({
          ...entry,
          value: walk(entry.value, schemaBelow(partSchema, tagged, entry.key), isLate),
        }));
        return { ...part, entries };
      }
      case 'template':
      case 'cel':
        return leaf(part, isLate);
    }
  }

  function knownScalar(entry: MapEntry): MapEntry {
    const [first] = members;
    if (first === undefined || (entry.value.kind !== 'template' && entry.value.kind !== 'cel')) return entry;
    return { ...entry, value: settle(entry.value, first.env).value };
  }

  return { value: walk(value, schema, false), diagnostics };
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

/** The data of a description, with a text of its own for each value that is only known later. */
export function jsonWithTokens(value: Value): { readonly json: Json; readonly holes: ReadonlyMap<string, Value> } {
  const holes = new Map<string, Value>();
  const json = plainJson(value, (hole) => {
    // Private-use characters: no file of a user spells these by chance.
    const token = `\uE000late:${holes.size + 1}\uE001`;
    holes.set(token, hole);
    return token;
  });
  return { json, holes };
}
