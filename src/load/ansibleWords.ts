import { suggest } from '../model/suggest.js';
import { sectionNames } from '../model/playbook.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { MapEntry } from '../model/source.js';
import { didYouMean, problem } from './problem.js';

const playKeys: readonly string[] = [
  'name',
  'hosts',
  'become',
  'become_user',
  'vars',
  'vars_files',
  'tags',
  ...sectionNames,
];

export const taskKeys: readonly string[] = [
  'name',
  'register',
  'when',
  'vars',
  'tags',
  'become',
  'become_user',
  'changed_when',
  'failed_when',
  'timeout',
];

const notYet = 'not part of the language yet';
const loops = 'loops are not part of the language yet; write a task for each item';
const handlers = 'handlers are not part of the language yet; write a task with "when"';
const blocks = 'blocks are not part of the language yet; write the tasks one after another';
const includes = 'files of tasks are not part of the language yet; write the tasks here';
const failures = 'a failed host gets no later tasks; write "failed_when" to say what a failure is';
const retries = 'retries are not part of the language yet';
const plans = 'use "stowage plan" instead';

/** Words of Ansible that mean nothing here, with what to write instead. */
const both: Readonly<Record<string, string>> = {
  any_errors_fatal: notYet,
  become_exe: notYet,
  become_flags: notYet,
  become_method: 'sudo is used',
  check_mode: plans,
  collections: 'write the name of the module',
  connection: 'write ansible_connection in the inventory',
  debugger: notYet,
  delegate_to: 'not part of the language yet; write a play for that host',
  diff: plans,
  environment: notYet,
  handlers,
  ignore_errors: failures,
  ignore_unreachable: failures,
  module_defaults: 'write the parameters in each task, or use variables',
  no_log: notYet,
  notify: handlers,
  port: 'write ansible_port in the inventory',
  remote_user: 'write ansible_user in the inventory, or remote_user in stowage.yml',
  user: 'write ansible_user in the inventory, or remote_user in stowage.yml',
  run_once: notYet,
  throttle: 'write forks in stowage.yml',
};

const onlyPlays: Readonly<Record<string, string>> = {
  fact_path: 'facts are read when something names them',
  force_handlers: handlers,
  gather_facts: 'facts are read when something names them; leave it out',
  gather_subset: 'facts are read when something names them',
  gather_timeout: 'facts are read when something names them',
  import_playbook: 'not part of the language yet; write the plays here',
  max_fail_percentage: notYet,
  order: 'hosts are worked on side by side',
  roles: 'roles are not part of the language yet; write the tasks here',
  serial: 'not part of the language yet; use --limit to go in batches',
  strategy: 'hosts do not wait for each other unless they must',
  timeout: 'write it on the task',
  validate_argspec: notYet,
  vars_prompt: 'give the value with -e NAME=VALUE',
};

const onlyTasks: Readonly<Record<string, string>> = {
  action: 'write the name of the module as the key',
  always: blocks,
  args: 'write all parameters below the module',
  async: 'steps may run long; write "timeout"',
  block: blocks,
  delay: retries,
  delegate_facts: notYet,
  import_role: 'roles are not part of the language yet; write the tasks here',
  import_tasks: includes,
  include: includes,
  include_role: 'roles are not part of the language yet; write the tasks here',
  include_tasks: includes,
  include_vars: 'write vars_files on the play',
  listen: handlers,
  local_action: 'not part of the language yet; write a play for a host with ansible_connection: local',
  loop: loops,
  loop_control: loops,
  loop_with: loops,
  meta: notYet,
  poll: 'steps may run long; write "timeout"',
  rescue: blocks,
  retries,
  set_fact: 'not part of the language yet; write vars',
  until: retries,
};

/** What a key of Ansible is replaced by here; absent when it is no word of Ansible. */
export function replacementOf(key: string, where: 'play' | 'task'): string | undefined {
  const bare = key.replace(/^ansible\.(builtin|legacy)\./, '');
  if (Object.hasOwn(both, bare)) return both[bare];
  if (where === 'play') return Object.hasOwn(onlyPlays, bare) ? onlyPlays[bare] : undefined;
  if (bare.startsWith('with_')) return loops;
  return Object.hasOwn(onlyTasks, bare) ? onlyTasks[bare] : undefined;
}

export function notSupported({ key, keyAt }: MapEntry, replacement: string): Diagnostic {
  return problem('NOT_SUPPORTED', keyAt, `"${key}" is not supported`, replacement);
}

/** The key of a play that an unknown one most likely means. */
export function meantPlayKey(key: string): string | undefined {
  return playKeys.includes(key) || replacementOf(key, 'play') !== undefined ? undefined : suggest(key, playKeys);
}

/** Reports keys of a play that are not known. */
export function checkPlayKey(entry: MapEntry): readonly Diagnostic[] {
  if (playKeys.includes(entry.key)) return [];
  const replacement = replacementOf(entry.key, 'play');
  if (replacement !== undefined) return [notSupported(entry, replacement)];
  const help = taskKeys.includes(entry.key) ? 'write it on the tasks' : didYouMean(meantPlayKey(entry.key));
  return [problem('UNKNOWN_KEY', entry.keyAt, `a play has no key "${entry.key}"`, help)];
}
