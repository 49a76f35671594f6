import type { Diagnostic } from '../model/diagnostic.js';
import { valueOf } from '../model/source.js';
import type { Value } from '../model/source.js';
import type { Env } from '../text/evaluate.js';
import { evaluate } from '../text/evaluate.js';

/** A value in which everything that is known already stands as plain data; the rest are the texts as written. */
export interface Settled {
  readonly value: Value;
  /** Names that are not known yet, e.g. `facts.qemu`. */
  readonly late: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Evaluates each template and expression of a value on its own. */
export function settle(value: Value, env: Env): Settled {
  const late = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  function walk(part: Value): Value {
    switch (part.kind) {
      case 'scalar':
        return part;
      case 'list':
        return { ...part, items: part.items.map(walk) };
      case 'map':
        return { ...part, entries: part.entries.map((entry) => ({ ...entry, value: walk(entry.value) })) };
      case 'template':
      case 'cel': {
        const result = evaluate(part, env);
        if (result.kind === 'known') return valueOf(result.value, part.at);
        if (result.kind === 'late') for (const name of result.names) late.add(name);
        else diagnostics.push(...result.diagnostics);
        return part;
      }
    }
  }
  return { value: walk(value), late: [...late], diagnostics };
}
