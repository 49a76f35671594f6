import type { Event, Outcome, StampedEvent } from '../model/event.js';
import type { NodeRef } from '../model/plan.js';
import { advance, phaseOf, startProgress, troublesByKind } from './progress.js';
import type { HostPhase, Progress } from './progress.js';
import { count, formatSeconds } from './quantities.js';
import type { Reporter, Sink } from './reporter.js';
import { createStyle } from './style.js';
import type { Part, Style } from './style.js';
import type { Ticker } from './ticker.js';
import { describeStep, hostList, nodeTitle, outcomeWords, shortMessage } from './words.js';

export interface PlainOptions {
  /** 0: changes and troubles; 1: ok and skipped too; 2: commands and what they print. */
  readonly verbosity: number;
  readonly ticker: Ticker;
  /** The time of day of an ISO 8601 time; UTC unless given. */
  readonly timeOf?: (time: string) => string;
}

/** CI systems end jobs that stay silent. */
const heartbeat = 30_000;
/** Lines that are shown of what a command printed on each of its streams. */
const outputLines = 100;

/** What the functions below share. */
interface Plain {
  readonly sink: Sink;
  readonly style: Style;
  readonly options: PlainOptions;
  progress: Progress | undefined;
  hostWidth: number;
}

/**
 * Prints a run as lines that are only ever appended, for pipes, files and CI: one line for each node that changed or
 * went wrong, and where the run stands every 30 seconds. A line is never broken, so that it can be searched for.
 */
export function createPlainReporter(sink: Sink, options: PlainOptions): Reporter {
  const plain: Plain = { sink, style: createStyle(sink), options, progress: undefined, hostWidth: 0 };
  let stop: (() => void) | undefined;
  return {
    handle: (stamped) => {
      if (stamped.event.type === 'run.start') {
        start(plain, stamped.event, stamped.time);
        stop ??= options.ticker.every(heartbeat, () => {
          beat(plain);
        });
      }
      if (plain.progress !== undefined) advance(plain.progress, stamped);
      show(plain, stamped);
      if (stamped.event.type === 'run.end') stop?.();
    },
    close: () => {
      stop?.();
      return Promise.resolve();
    },
  };
}

function start(plain: Plain, event: Extract<Event, { type: 'run.start' }>, time: string): void {
  plain.progress = startProgress(event, time);
  plain.hostWidth = Math.min(24, Math.max(0, ...event.hosts.map((host) => host.length)));
  const what = `${count(event.hosts.length, 'host')}, ${count(event.nodes.length, 'resource')}`;
  write(plain, time, { text: `${event.mode} ${event.playbook}`, tone: 'strong' }, `  ${what}`);
}

function show(plain: Plain, stamped: StampedEvent): void {
  const { event, time } = stamped;
  switch (event.type) {
    case 'host.unreachable': {
      const outcome: Outcome = { ...event, kind: 'unreachable' };
      troubleLine(plain, time, { hosts: [event.host], title: '', outcome });
      return;
    }
    case 'node.end':
      nodeLine(plain, event, time);
      return;
    case 'node.stale':
      if (plain.options.verbosity >= 1) {
        hostLine(plain, time, [event.host], `${titleOf(plain, event.node)}: changed since it was read; reading again`);
      }
      return;
    case 'step.start':
      if (plain.options.verbosity >= 2) hostLine(plain, time, [event.step.host], `$ ${describeStep(event.step, true)}`);
      return;
    case 'step.done':
      if (plain.options.verbosity >= 2) outputOf(plain, event, time);
      return;
    case 'run.start':
    case 'run.end':
    case 'host.connected':
    case 'node.assessed':
    case 'node.start':
      return;
    default:
      event satisfies never;
  }
}

function nodeLine(plain: Plain, event: Extract<Event, { type: 'node.end' }>, time: string): void {
  const { outcome, seconds } = event;
  const node = plain.progress?.nodes.get(event.node);
  const hosts = node?.hosts ?? [];
  const title = titleOf(plain, event.node);
  const { word, tone } = outcomeWords[outcome.kind];
  if (event.diverged !== undefined) {
    hostLine(plain, time, hosts, `${title}  not as planned: ${shortMessage(event.diverged)}`);
  }
  if ('code' in outcome) {
    if (!isTold(plain, node, outcome)) troubleLine(plain, time, { hosts, title, outcome });
    return;
  }
  // A plan or a look changes nothing; what it found is the result on stdout.
  if (plain.progress?.mode !== 'apply') return;
  if (outcome.kind !== 'changed' && plain.options.verbosity < 1) return;
  const after = outcome.kind === 'skipped' ? shortMessage(outcome.reason) : formatSeconds(seconds);
  hostLine(plain, time, hosts, `${title}  `, { text: word, tone }, `  ${after}`);
}

/** Whether the host was said to be unreachable already; its nodes would only repeat it. */
function isTold(plain: Plain, node: NodeRef | undefined, outcome: Outcome): boolean {
  if (outcome.kind !== 'unreachable' || plain.options.verbosity >= 1) return false;
  return node?.hosts.every((host) => plain.progress?.hosts.get(host)?.unreachable === true) === true;
}

interface TroubleLine {
  readonly hosts: readonly string[];
  readonly title: string;
  readonly outcome: Outcome;
}

function troubleLine(plain: Plain, time: string, trouble: TroubleLine): void {
  const { hosts, title, outcome } = trouble;
  if (!('code' in outcome)) return;
  const { word, tone } = outcomeWords[outcome.kind];
  const code = outcome.code.toLowerCase() === outcome.kind ? '' : ` ${outcome.code}`;
  const other = outcome.host === undefined || hosts.length === 1 ? '' : ` on ${outcome.host}`;
  const before = title === '' ? '' : `${title}  `;
  hostLine(plain, time, hosts, before, { text: `${word}${code}`, tone }, `${other}  ${shortMessage(outcome.message)}`);
  if (outcome.help !== undefined)
    hostLine(plain, time, hosts, { text: `  = ${shortMessage(outcome.help)}`, tone: 'accent' });
}

function outputOf(plain: Plain, event: Extract<Event, { type: 'step.done' }>, time: string): void {
  for (const text of [event.stdout, event.stderr]) {
    const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
    for (const line of lines.slice(0, outputLines))
      hostLine(plain, time, [event.host], { text: `| ${line}`, tone: 'faint' });
    const rest = lines.length - outputLines;
    if (rest > 0)
      hostLine(plain, time, [event.host], { text: `| and ${count(rest, 'more line', 'more lines')}`, tone: 'faint' });
  }
  hostLine(plain, time, [event.host], {
    text: `exit ${String(event.code)}  ${formatSeconds(event.seconds)}`,
    tone: 'faint',
  });
}

/** `progress 128/200 ok=121 changed=118 failed=3 …`: hosts by where they stand. */
function beat(plain: Plain): void {
  const { progress } = plain;
  if (progress === undefined) return;
  const all = [...progress.hosts.values()];
  const phases: Record<HostPhase, number> = { done: 0, troubled: 0, unreachable: 0, running: 0, waiting: 0 };
  for (const host of all) phases[phaseOf(host)] += 1;
  const ended = phases.done + phases.troubled + phases.unreachable;
  const changed = all.filter((host) => host.counts.changed > 0).length;
  const words = [
    `ok=${String(phases.done)}`,
    `changed=${String(changed)}`,
    ...troublesByKind(all.filter((host) => phaseOf(host) === 'troubled')).map(
      ([kind, number]) => `${kind}=${String(number)}`,
    ),
    `unreachable=${String(phases.unreachable)}`,
    `running=${String(phases.running)}`,
    `waiting=${String(phases.waiting)}`,
  ];
  const time = new Date(plain.options.ticker.now()).toISOString();
  write(plain, time, `progress ${String(ended)}/${String(all.length)} ${words.join(' ')}`);
}

function titleOf(plain: Plain, id: string): string {
  const node = plain.progress?.nodes.get(id);
  return node === undefined ? id : nodeTitle(node, plain.style.symbols.under);
}

function hostLine(plain: Plain, time: string, hosts: readonly string[], ...parts: readonly (string | Part)[]): void {
  const all = plain.progress === undefined ? [] : [...plain.progress.hosts.keys()];
  write(plain, time, { text: hostList(hosts, all).padEnd(plain.hostWidth), tone: 'strong' }, '  ', ...parts);
}

function write(plain: Plain, time: string, ...parts: readonly (string | Part)[]): void {
  const told = (plain.options.timeOf ?? utcTime)(time);
  plain.sink.write(plain.style.print([plain.style.line({ text: told, tone: 'faint' }, ' ', ...parts)]));
}

function utcTime(time: string): string {
  return time.slice(11, 19);
}
