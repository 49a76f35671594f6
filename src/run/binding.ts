import { RunnerError } from '../model/errors.js';
import type { ModuleNode } from '../model/graph.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Catalog } from '../module/define.js';
import { bindConditions, bindParams } from '../resolve/bind.js';
import type { Evaluated } from '../text/evaluate.js';
import type { Probe } from '../transport/probe.js';
import type { RunContext } from './context.js';

/**
 * What one node knows of the run when its conditions and parameters are evaluated. It starts with nothing that it did
 * not ask for, so that it also tells what the node rests on.
 */
export interface Known {
  readonly host: string;
  /** Looks for the node: facts that it uses count among its reads. */
  readonly probe: Probe;
  facts: JsonObject;
  results: JsonObject;
}

/** Makes late names known to a node, in `known`. Tells whether any was added. */
export type Provide = (node: ModuleNode, known: Known, names: readonly string[]) => Promise<boolean>;

export type Bound =
  | { readonly kind: 'bound'; readonly params: JsonObject }
  /** Its condition is false. */
  | { readonly kind: 'skipped' }
  /** It needs names that are not known before apply. */
  | { readonly kind: 'late'; readonly names: readonly string[] };

/**
 * Evaluates condition and parameters of a node with what is known, and makes known what can be.
 * @throws RunnerError BAD_PARAMETERS, or what reading a fact throws
 */
export async function bind(context: RunContext, provide: Provide, node: ModuleNode, known: Known): Promise<Bound> {
  const { graph, catalog } = context;
  const settle = <T>(evaluateNow: () => Evaluated<T>) => settled(provide, node, known, evaluateNow);
  const holds = await settle(() => bindConditions(graph, node, node.when, known, catalog));
  if (holds.kind === 'late') return holds;
  if (!holds.value) return { kind: 'skipped' };
  const params = await settle(() => bindParams(graph, node, known, catalog));
  return params.kind === 'late' ? params : { kind: 'bound', params: params.value };
}

/** Evaluates until nothing more can be made known. @throws RunnerError BAD_PARAMETERS, or what reading a fact throws */
export async function settled<T>(
  provide: Provide,
  node: ModuleNode,
  known: Known,
  evaluateNow: () => Evaluated<T>,
): Promise<Exclude<Evaluated<T>, { kind: 'error' }>> {
  for (;;) {
    const evaluated = evaluateNow();
    if (evaluated.kind === 'error') throw badParameters(evaluated);
    if (evaluated.kind === 'known' || !(await provide(node, known, evaluated.names))) return evaluated;
  }
}

function badParameters({ diagnostics }: Extract<Evaluated<unknown>, { kind: 'error' }>): RunnerError {
  const lines = diagnostics.map(({ at, message }) => `${at.file}:${String(at.line)}:${String(at.column)}: ${message}`);
  return new RunnerError('BAD_PARAMETERS', lines.join('\n'));
}

/**
 * Reads the facts among late names. Looks of one host are remembered until something is changed on it, so that this asks
 * the host once, and again after a change.
 */
export async function provideFacts(catalog: Catalog, known: Known, names: readonly string[]): Promise<boolean> {
  const wanted = names
    .filter((name) => rootOf(name) === 'facts')
    .flatMap((name) => {
      const fact = name.split('.')[1];
      // `facts` as a whole means all of them.
      return fact === undefined ? [...catalog.facts.keys()] : [fact];
    })
    .filter((name) => !Object.hasOwn(known.facts, name));
  if (wanted.length === 0) return false;
  const values = await Promise.all(
    wanted.map(async (name): Promise<[string, Json]> => {
      const fact = catalog.facts.get(name);
      if (fact === undefined) throw new Error(`fact ${name} passed validation but is not in the catalog`);
      // A host fact declares the shape of its value with `param`, and all those are JSON.
      return [name, (await known.probe.fact(fact, [])) as Json];
    }),
  );
  known.facts = { ...known.facts, ...Object.fromEntries(values) };
  return true;
}

/** The variable that a name begins with. */
export function rootOf(name: string): string {
  return name.split('.')[0] ?? name;
}
