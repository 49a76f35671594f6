import type { Diagnostic } from '../model/diagnostic.js';
import type { Play, Playbook, Task } from '../model/playbook.js';
import { suggest } from '../model/suggest.js';
import { didYouMean, problem } from '../load/problem.js';

/** Which tags were asked for. No `only` means all. */
export interface TagChoice {
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

const special = ['all', 'tagged', 'untagged', 'always', 'never'];

/** The tags of a task: its own and those of its play. */
export function tagsOfTask(play: Play, task: Task): readonly string[] {
  return [...new Set([...play.tags, ...task.tags])];
}

/** Whether a task with these tags runs, by the rules of Ansible. */
export function isSelected(tags: readonly string[], { only, skip }: TagChoice): boolean {
  const own = tags.length === 0 ? ['untagged'] : tags;
  const wanted = only.length === 0 ? ['all'] : only;
  const never = own.includes('never');
  const chosen =
    own.includes('always') ||
    (wanted.includes('all') && !never) ||
    own.some((tag) => wanted.includes(tag)) ||
    (wanted.includes('tagged') && tags.length > 0 && !never);
  if (!chosen || skip.length === 0) return chosen;
  if (skip.includes('all')) return own.includes('always') && !skip.includes('always');
  return !own.some((tag) => skip.includes(tag)) && !(skip.includes('tagged') && tags.length > 0);
}

/** Reports tags of the command line that are on no task. */
export function checkTags(playbook: Playbook, choice: TagChoice): readonly Diagnostic[] {
  const known = new Set<string>();
  for (const play of playbook.plays) {
    for (const tag of play.tags) known.add(tag);
    for (const task of play.sections.flatMap((section) => section.tasks)) for (const tag of task.tags) known.add(tag);
  }
  const check = (option: string, tags: readonly string[]): readonly Diagnostic[] =>
    tags
      .filter((tag) => !special.includes(tag) && !known.has(tag))
      .map((tag) => {
        const at = { file: option, line: 1, column: 1, length: Math.max(1, tag.length) };
        const help =
          didYouMean(suggest(tag, [...known])) ?? (known.size > 0 ? `there are ${[...known].join(', ')}` : undefined);
        return problem('UNKNOWN_TAG', at, `no task has the tag "${tag}"`, help);
      });
  return [...check('--tags', choice.only), ...check('--skip-tags', choice.skip)];
}
