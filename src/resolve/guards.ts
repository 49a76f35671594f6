import type { Diagnostic } from '../model/diagnostic.js';
import { suggest } from '../model/suggest.js';
import { didYouMean, warning } from '../load/problem.js';
import { reservedNames } from '../load/variables.js';
import type { Reference } from '../text/evaluate.js';
import { conditionReferences, referencesOf } from '../text/evaluate.js';
import type { ResolveInput } from './input.js';

/**
 * Warns of guards such as `defined(rez)` that can never hold as nothing defines the name, when there is a near one: a
 * mistyped guard would leave its task out in silence. Names without a near one may come with `-e` some other time.
 */
export function checkGuards(input: ResolveInput): readonly Diagnostic[] {
  const names = namesOf(input);
  const seen = new Set<string>();
  return guardsOf(input).flatMap(({ path: [name = ''], at }) => {
    const near = names.has(name) ? undefined : suggest(name, names);
    const key = JSON.stringify(at);
    if (near === undefined || seen.has(key)) return [];
    seen.add(key);
    return [warning('UNDEFINED_VARIABLE', at, `nothing defines "${name}"`, didYouMean(near))];
  });
}

function guardsOf({ playbook }: ResolveInput): readonly Reference[] {
  const tasks = playbook.plays.flatMap((play) => play.sections.flatMap((section) => section.tasks));
  return tasks
    .flatMap((task) => [
      ...[...task.when, ...task.changedWhen, ...task.failedWhen].flatMap(conditionReferences),
      ...referencesOf(task.params),
    ])
    .filter((reference) => reference.optional);
}

/** Every name that anything defines for any host. */
function namesOf({ playbook, inventory, options }: ResolveInput): ReadonlySet<string> {
  const names = new Set<string>(reservedNames);
  const maps = [...inventory.hosts.values()].flatMap((host) => host.layers.map((layer) => layer.vars));
  for (const play of playbook.plays) {
    if (play.vars !== undefined) maps.push(play.vars);
    for (const task of play.sections.flatMap((section) => section.tasks)) {
      if (task.vars !== undefined) maps.push(task.vars);
      if (task.register !== undefined) names.add(task.register);
    }
  }
  if (options.extraVars !== undefined) maps.push(options.extraVars);
  for (const map of new Set(maps)) for (const entry of map.entries) names.add(entry.key);
  return names;
}
