import { entryOf } from '../model/source.js';
import type { Value } from '../model/source.js';
import { isText } from './shape.js';

/**
 * The variables that a task would define if it could be used: its result, those of `set_fact`, the item of a loop. When
 * the task is left out, that they are not defined is no mistake of its own.
 */
export function namesDefinedBy(task: Value): readonly string[] {
  if (task.kind !== 'map') return [];
  const register = entryOf(task, 'register')?.value;
  const variable = entryOf(task, 'loop_control')?.value;
  const names = task.entries.flatMap(({ key, value }): readonly string[] => {
    const word = key.replace(/^ansible\.builtin\./, '');
    if (word === 'set_fact' && value.kind === 'map') return value.entries.map((entry) => entry.key);
    if (isLoop(word)) return ['item'];
    return ['block', 'rescue', 'always'].includes(word) && value.kind === 'list'
      ? value.items.flatMap(namesDefinedBy)
      : [];
  });
  const loopVariable = variable?.kind === 'map' ? entryOf(variable, 'loop_var')?.value : undefined;
  return [...names, ...[register, loopVariable].flatMap((value) => (value && isText(value) ? [value.value] : []))];
}

/** Whether a task repeats itself for items, which is not supported. */
export function hasLoop(task: Value): boolean {
  return task.kind === 'map' && task.entries.some(({ key }) => isLoop(key));
}

function isLoop(word: string): boolean {
  return word === 'loop' || word.startsWith('with_');
}
