import type { Change } from '../model/change.js';
import type { OutcomeKind } from '../model/event.js';
import type { NodeRef } from '../model/plan.js';
import type { StatusState } from '../model/status.js';
import type { HostStep, ProveStep, RunStep, Step, WriteStep } from '../model/step.js';
import { count, lineCount } from './quantities.js';
import type { SymbolName, Tone } from './style.js';
import { clip, sanitize } from './width.js';

/** How a thing is shown: a symbol and a word always, a colour where there is one. */
export interface Word {
  readonly symbol: string;
  readonly word: string;
  readonly tone: Tone;
}

/** Symbol and word of each kind of change, in the order of the legend. */
export const changeWords: Readonly<Record<Change['kind'], Word>> = {
  create: { symbol: '+', word: 'create', tone: 'good' },
  update: { symbol: '~', word: 'change', tone: 'changed' },
  replace: { symbol: '-/+', word: 'replace', tone: 'danger' },
  delete: { symbol: '-', word: 'delete', tone: 'bad' },
  unknown: { symbol: '?', word: 'known only during apply', tone: 'unknown' },
  none: { symbol: '=', word: 'unchanged', tone: 'faint' },
};

/** How an outcome is shown; `symbol` names one of the set of the sink. */
export interface OutcomeWord {
  readonly symbol: SymbolName;
  readonly word: string;
  readonly tone: Tone;
}

export const outcomeWords: Readonly<Record<OutcomeKind, OutcomeWord>> = {
  ok: { symbol: 'ok', word: 'ok', tone: 'good' },
  changed: { symbol: 'ok', word: 'changed', tone: 'changed' },
  failed: { symbol: 'bad', word: 'FAILED', tone: 'bad' },
  refused: { symbol: 'warn', word: 'REFUSED', tone: 'danger' },
  unreachable: { symbol: 'unreachable', word: 'UNREACHABLE', tone: 'bad' },
  unknown: { symbol: 'unknown', word: 'UNKNOWN', tone: 'unknown' },
  skipped: { symbol: 'waiting', word: 'skipped', tone: 'faint' },
};

export const stateWords: Readonly<Record<StatusState, OutcomeWord & { readonly ascii: string }>> = {
  ok: { symbol: 'running', word: 'ok', ascii: 'ok', tone: 'good' },
  partial: { symbol: 'warn', word: 'partial', ascii: 'PARTIAL', tone: 'changed' },
  failed: { symbol: 'bad', word: 'failed', ascii: 'FAIL', tone: 'bad' },
  unknown: { symbol: 'unknown', word: 'unknown', ascii: 'UNKNOWN', tone: 'unknown' },
};

/** How long a message of a host may be in a view; the run log has all of it. */
const messageLimit = 400;

/** Shortens what a host said to what a view has room for. */
export function shortMessage(message: string): string {
  return clip(message.trim(), messageLimit);
}

/** The place of a node for one line: `External volume "nfs" › mount /srv/nfs`. */
export function nodeTitle(node: Pick<NodeRef, 'name' | 'object'>, under: string): string {
  const part = node.object.at(-1);
  return part === undefined ? node.name : `${part} ${under} ${node.name}`;
}

/**
 * One step for people: the command, quoted as a shell reads it, and what comes with it; a program text of many lines by
 * its title. `write PATH (12 lines, mode 0644)`, `prove: TITLE`.
 * @param exact shows the program text too
 */
export function describeStep(step: Step | HostStep, exact = false): string {
  switch (step.kind) {
    case 'run':
      return sanitize(describeRun(step, exact));
    case 'write':
      return sanitize(describeWrite(step));
    case 'prove':
      return sanitize(`prove: ${step.title}${exact ? `: ${describeProof(step)}` : ''}`);
    default:
      return step satisfies never;
  }
}

/** Whether a step is shown as a command that could be typed, not by its title. */
export function isCommand(step: Step | HostStep): boolean {
  return step.kind === 'run' && step.title === undefined;
}

function describeProof(step: ProveStep): string {
  const command = ['sh', '-c', step.script, 'sh', ...step.args].map(quoteWord).join(' ');
  return withNotes(command, step.as === undefined ? [] : [`as ${step.as}`]);
}

function describeRun(step: RunStep, exact: boolean): string {
  const env = Object.entries(step.env ?? {}).map(([name, value]) => `${name}=${quoteWord(value)}`);
  const words = [...env, ...step.argv.map(quoteWord)].join(' ');
  const command = step.title === undefined ? words : exact ? `${step.title}: ${words}` : step.title;
  const notes = [
    ...(step.as === undefined ? [] : [`as ${step.as}`]),
    ...(step.cwd === undefined ? [] : [`in ${step.cwd}`]),
    ...(step.stdin === undefined ? [] : [`with ${lineCount(step.stdin)} on stdin`]),
  ];
  return withNotes(command, notes);
}

function describeWrite(step: WriteStep): string {
  const owner = step.group === undefined ? step.owner : `${step.owner ?? ''}:${step.group}`;
  const notes = [
    lineCount(step.content),
    ...(step.mode === undefined ? [] : [`mode ${step.mode}`]),
    ...(owner === undefined ? [] : [`owner ${owner}`]),
  ];
  return withNotes(`write ${quoteWord(step.path)}`, notes);
}

function withNotes(text: string, notes: readonly string[]): string {
  return notes.length === 0 ? text : `${text} (${notes.join(', ')})`;
}

/** Quotes a word for a POSIX shell; words that need no quotes stay as they are. */
export function quoteWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (/[\p{Cc}\p{Cf}]/u.test(word)) return `$'${sanitize(word.replaceAll(/[\\']/g, '\\$&'))}'`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Names of hosts for people; many are cut to `limit` names, and all of several are `all 12 hosts`. */
export function hostList(hosts: readonly string[], all: readonly string[], limit = 8): string {
  if (hosts.length > limit && hosts.length === all.length) return `all ${count(hosts.length, 'host')}`;
  if (hosts.length <= limit) return hosts.join(' ');
  return `${hosts.slice(0, limit).join(' ')} and ${String(hosts.length - limit)} more`;
}

/** What a finished look or run covered. */
export interface Coverage {
  readonly playbook: string;
  /** Resources that match, and resources that a condition left out. */
  readonly matching: number;
  readonly skipped: number;
  /** Resources that were not read, because a host could not be asked. */
  readonly unread: number;
  readonly hosts: number;
  readonly unreachable: readonly string[];
}

/** The one sentence for "nothing to do". It claims no more than was read. */
export function noChanges(coverage: Coverage): string {
  const { matching, hosts, unreachable, unread, skipped, playbook } = coverage;
  const left = skipped === 0 ? '' : ` ${count(skipped, 'resource')} ${skipped === 1 ? 'was' : 'were'} skipped.`;
  if (hosts > 0 && unreachable.length >= hosts) {
    return `Nothing is known: none of ${count(hosts, 'host')} could be read, ${count(unread, 'resource')} not assessed.`;
  }
  if (unreachable.length > 0 || unread > 0) {
    const read = `${String(hosts - unreachable.length)} of ${count(hosts, 'host')}`;
    const away = unreachable.length === 0 ? '' : ` on ${hostList(unreachable, [])}`;
    return (
      `No changes where hosts could be read: ${count(matching, 'resource')} on ${read} match ${playbook}. ` +
      `Not known: ${count(unread, 'resource')}${away}.${left}`
    );
  }
  if (matching === 0) return `Nothing to do: ${playbook} has nothing for ${count(hosts, 'host')}.${left}`;
  const subject = matching === 1 ? 'The only resource' : `All ${String(matching)} resources`;
  const some = skipped === 0 ? subject : count(matching, 'resource');
  return `No changes. ${some} on ${count(hosts, 'host')} ${matching === 1 ? 'matches' : 'match'} ${playbook}.${left}`;
}
