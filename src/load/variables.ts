import type { Diagnostic } from '../model/diagnostic.js';
import type { MapValue, Value } from '../model/source.js';
import type { Env } from '../text/evaluate.js';
import { evaluate } from '../text/evaluate.js';
import { checkAnsibleVar, isConnectionVar } from './connectionVars.js';
import { problem } from './problem.js';
import { wrongType } from './shape.js';

/** Names that the runner itself gives a meaning; no variable can have them. */
export const reservedNames = [
  'facts',
  'inventory_hostname',
  'inventory_hostname_short',
  'group_names',
  'groups',
  'play_hosts',
  'ansible_play_hosts',
  'playbook_dir',
  'inventory_dir',
] as const;

const variableName = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/;

/** Says what is wrong with the name of a variable; absent when nothing is. */
export function nameTrouble(name: string): string | undefined {
  if (!variableName.test(name)) return `"${name}" is not a name for a variable: letters, digits and "_" make one`;
  if (reservedNames.some((reserved) => reserved === name)) return `"${name}" has a meaning of its own`;
  return undefined;
}

/** In which every name is known later: finds what is wrong with the text itself. */
export const openEnv: Env = { lookup: () => ({ kind: 'late' }), names: () => [] };

/** Checks the syntax of all templates and expressions in a value, whatever variables there are. */
export function checkTexts(value: Value, env: Env = openEnv): readonly Diagnostic[] {
  const result = evaluate(value, env);
  return result.kind === 'error' ? result.diagnostics : [];
}

/** Reads a map of variables: names, types of connection variables, syntax of templates. Nothing = no variables. */
export function checkVariables(
  value: Value,
  where: 'inventory' | 'playbook',
  env: Env = openEnv,
): readonly Diagnostic[] {
  if (value.kind !== 'map') {
    return value.kind === 'scalar' && value.value === null ? [] : [wrongType(value, 'variables', 'a map of names')];
  }
  return value.entries.flatMap((entry) => {
    const trouble = nameTrouble(entry.key);
    if (trouble !== undefined) return [problem('CONFLICT', entry.keyAt, trouble)];
    if (!entry.key.startsWith('ansible_')) return checkTexts(entry.value, env);
    if (where === 'playbook' && isConnectionVar(entry.key)) {
      return [problem('NOT_SUPPORTED', entry.keyAt, `${entry.key} has no effect in a playbook`, placeOf(entry.key))];
    }
    return [...checkAnsibleVar(entry), ...checkTexts(entry.value, env)];
  });
}

function placeOf(name: string): string {
  return name.startsWith('ansible_become') ? 'write become and become_user' : 'write it in the inventory';
}

/** The map of variables that a value holds, none when it holds nothing or something else. */
export function variablesOf(value: Value): MapValue {
  return value.kind === 'map' ? value : { kind: 'map', entries: [], at: value.at };
}
