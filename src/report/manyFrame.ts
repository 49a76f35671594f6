import { blank, cutLine, flowLines, lineWidth, padLine } from './layout.js';
import { phaseOf, troublesByKind } from './progress.js';
import type { HostPhase, HostProgress, Progress } from './progress.js';
import { formatClock } from './quantities.js';
import type { Line, Part, Style } from './style.js';
import { describeStep, nodeTitle, outcomeWords, shortMessage } from './words.js';

/** Room of the frame. */
export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * One picture of a run on many hosts: a bar, failures pinned below it, then what runs, the slowest first. It has fewer
 * rows than the terminal and no line is wider, whatever happens.
 */
export function manyFrame(progress: Progress, now: number, size: FrameSize, style: Style): readonly Line[] {
  const hosts = [...progress.hosts.values()];
  const phases = byPhase(hosts);
  const lines = [heading(progress, now, style), style.line(), ...barLines(hosts, phases, size.columns, style)];
  let room = size.rows - 1 - lines.length;
  const troubled = troubleRows(phases.troubled, Math.floor(room * 0.6), style);
  lines.push(...troubled);
  room -= troubled.length;
  const away = awayRows(phases.unreachable, size.columns, style);
  if (room > away.length) lines.push(...away);
  room = size.rows - 1 - lines.length;
  lines.push(...runningRows(phases.running, now, room, style));
  return lines.slice(0, Math.max(0, size.rows - 1)).map((line) => cutLine(line, size.columns, style.symbols.ellipsis));
}

type Phases = Readonly<Record<HostPhase, readonly HostProgress[]>>;

function byPhase(hosts: readonly HostProgress[]): Phases {
  const phases: Record<HostPhase, HostProgress[]> = {
    waiting: [],
    running: [],
    done: [],
    troubled: [],
    unreachable: [],
  };
  for (const host of hosts) phases[phaseOf(host)].push(host);
  return phases;
}

function heading(progress: Progress, now: number, style: Style): Line {
  const clock = formatClock((now - progress.started) / 1000);
  return style.line({ text: `${progress.mode} ${progress.playbook}`, tone: 'strong' }, `   ${clock}   `, {
    text: 'Ctrl-C: finish running steps, then stop',
    tone: 'faint',
  });
}

function barLines(hosts: readonly HostProgress[], phases: Phases, columns: number, style: Style): readonly Line[] {
  const ended = phases.done.length + phases.troubled.length + phases.unreachable.length;
  const numbers = ` ${String(ended)}/${String(hosts.length)}`;
  const width = Math.max(4, Math.min(34, columns - numbers.length - 2));
  const full = hosts.length === 0 ? width : Math.floor((ended / hosts.length) * width);
  const { symbols } = style;
  const bar = style.line(
    '[',
    { text: symbols.barFull.repeat(full), tone: phases.troubled.length > 0 ? 'bad' : 'good' },
    { text: symbols.barEmpty.repeat(width - full), tone: 'faint' },
    `]${numbers}`,
  );
  const changed = hosts.filter((host) => host.counts.changed > 0).length;
  const figures: readonly Part[] = [
    { text: `${symbols.ok} ${String(phases.done.length)} done`, tone: 'good' },
    ...(changed === 0 ? [] : [{ text: `~ ${String(changed)} changed`, tone: 'changed' } as const]),
    ...troublesByKind(phases.troubled).map(([kind, number]): Part => {
      const { symbol, tone } = outcomeWords[kind];
      return { text: `${symbols[symbol]} ${String(number)} ${kind}`, tone };
    }),
    ...(phases.unreachable.length === 0
      ? []
      : [{ text: `${symbols.unreachable} ${String(phases.unreachable.length)} unreachable`, tone: 'bad' } as const]),
    { text: `${symbols.running} ${String(phases.running.length)} running`, tone: 'accent' },
    { text: `${symbols.waiting} ${String(phases.waiting.length)} waiting`, tone: 'faint' },
  ];
  const items = figures.map((figure) => style.line(figure));
  const one = [...bar, ...items.flatMap((item) => [...blank(3), ...item])];
  return lineWidth(one) <= columns ? [one, style.line()] : [bar, ...flowLines(items, columns, blank(3)), style.line()];
}

function troubleRows(troubled: readonly HostProgress[], room: number, style: Style): readonly Line[] {
  if (troubled.length === 0 || room < 2) return [];
  const shown = troubled.length <= room - 1 ? troubled : troubled.slice(-(room - 2));
  const hidden = troubled.length - shown.length;
  const width = nameWidth(shown);
  const rows = shown.map((host) => {
    const outcome = host.trouble?.outcome;
    const word = outcomeWords[outcome?.kind ?? 'failed'];
    const title = host.trouble?.node === undefined ? '' : `${nodeTitle(host.trouble.node, style.symbols.under)}: `;
    const message = outcome !== undefined && 'code' in outcome ? shortMessage(outcome.message) : '';
    const name = padLine(style.line({ text: host.host, tone: 'strong' }), width);
    return [
      ...style.line(' ', { text: style.symbols[word.symbol], tone: word.tone }, ' '),
      ...name,
      ...style.line(`  ${title}${message}`),
    ];
  });
  const more = hidden === 0 ? [] : [style.line({ text: `   ${String(hidden)} more before`, tone: 'faint' })];
  const kinds = troublesByKind(troubled).map(([kind]) => outcomeWords[kind].word);
  return [style.line({ text: kinds.join(', '), tone: 'bad' }), ...more, ...rows];
}

function awayRows(away: readonly HostProgress[], columns: number, style: Style): readonly Line[] {
  if (away.length === 0) return [];
  const names = away.map((host) => host.host).join(' ');
  return [cutLine(style.line({ text: 'UNREACHABLE', tone: 'bad' }, ` ${names}`), columns, style.symbols.ellipsis)];
}

function runningRows(running: readonly HostProgress[], now: number, room: number, style: Style): readonly Line[] {
  if (running.length === 0 || room < 1) return [];
  if (room < 3) return [style.line({ text: `RUNNING ${String(running.length)}`, tone: 'accent' })];
  const sorted = [...running].sort((left, right) => sinceOf(left, now) - sinceOf(right, now));
  const fits = sorted.length <= room - 1;
  const shown = sorted.slice(0, fits ? sorted.length : Math.max(0, room - 2));
  const width = nameWidth(shown);
  const rows = shown.map((host) => [
    ...style.line(' ', { text: style.symbols.running, tone: 'accent' }, ' '),
    ...padLine(style.line({ text: host.host, tone: 'strong' }), width),
    ...style.line(`  ${formatClock((now - sinceOf(host, now)) / 1000)}  ${currentText(host, style)}`),
  ]);
  const hidden = sorted.length - shown.length;
  const head = hidden === 0 ? 'RUNNING' : `RUNNING (slowest ${String(shown.length)} of ${String(sorted.length)})`;
  const more =
    hidden === 0 ? [] : [style.line({ text: ` ${style.symbols.ellipsis} ${String(hidden)} more`, tone: 'faint' })];
  return [style.line({ text: head, tone: 'accent' }), ...rows, ...more];
}

function sinceOf(host: HostProgress, now: number): number {
  return host.current?.since ?? now;
}

/** What a host does now: the command of the step, or the name of the node. */
export function currentText(host: HostProgress, style: Style): string {
  const { current } = host;
  if (current === undefined) return '';
  const title = nodeTitle(current.node, style.symbols.under);
  return current.step === undefined ? title : `${title}   ${describeStep(current.step)}`;
}

function nameWidth(hosts: readonly HostProgress[]): number {
  let width = 0;
  for (const host of hosts) width = Math.max(width, host.host.length);
  return Math.min(24, width);
}
