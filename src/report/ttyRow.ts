import type { NodeRef } from '../model/plan.js';
import { cutLine, padLine } from './layout.js';
import { phaseOf } from './progress.js';
import type { HostProgress, Progress } from './progress.js';
import { count, formatClock } from './quantities.js';
import type { Line, Part, Style } from './style.js';
import { describeStep, isCommand, nodeTitle, outcomeWords, shortMessage } from './words.js';

/** The row of a host, and below it the command that it runs: none is wider than the view. */
export function rowLines(progress: Progress, name: string, now: number, style: Style): readonly Line[] {
  const host = progress.hosts.get(name);
  if (host === undefined) return [];
  const hosts = [...progress.hosts.keys()];
  const width = Math.min(24, Math.max(...hosts.map((each) => each.length)));
  const digits = Math.max(...[...progress.hosts.values()].map((each) => String(each.total).length));
  const done = `${String(host.done).padStart(digits)}/${String(host.total).padEnd(digits)}`;
  const head = [
    ...style.line('  '),
    ...padLine(style.line(iconOf(host, style)), 2),
    ...style.line(' '),
    ...padLine(style.line({ text: name, tone: 'strong' }), width),
    ...style.line({ text: `  ${done}  `, tone: 'faint' }),
  ];
  const lines: Line[] = [[...head, ...style.line(...textOf(progress, host, now, style))]];
  const step = host.current?.step;
  if (step !== undefined) {
    lines.push(
      style.line(' '.repeat(width + 7), { text: `${isCommand(step) ? '$ ' : ''}${describeStep(step)}`, tone: 'faint' }),
    );
  }
  return lines.map((line) => cutLine(line, style.columns - 1, style.symbols.ellipsis));
}

function iconOf(host: HostProgress, style: Style): Part {
  const { symbols } = style;
  const phase = phaseOf(host);
  switch (phase) {
    case 'waiting':
      return { text: symbols.waiting, tone: 'faint' };
    case 'running':
      return { text: symbols.running, tone: 'accent' };
    case 'done':
      return { text: symbols.ok, tone: 'good' };
    case 'unreachable':
      return { text: symbols.unreachable, tone: 'bad' };
    case 'troubled': {
      const { symbol, tone } = outcomeWords[host.trouble?.outcome.kind ?? 'failed'];
      return { text: symbols[symbol], tone };
    }
    default:
      return phase satisfies never;
  }
}

function textOf(progress: Progress, host: HostProgress, now: number, style: Style): readonly (string | Part)[] {
  const { current, trouble } = host;
  if (current !== undefined) {
    const clock: Part = { text: `${formatClock((now - current.since) / 1000)}  `, tone: 'faint' };
    return [clock, shortTitle(current.node, style)];
  }
  if (trouble !== undefined && 'code' in trouble.outcome) {
    const { word, tone } = outcomeWords[trouble.outcome.kind];
    const title = trouble.node === undefined ? '' : `${shortTitle(trouble.node, style)}: `;
    return [{ text: `${word}  `, tone }, `${title}${shortMessage(trouble.outcome.message)}`];
  }
  if (phaseOf(host) === 'done') return doneText(progress, host);
  return [{ text: host.connected ? 'reading' : 'connecting', tone: 'faint' }];
}

/** The title of a node; in a narrow view its name alone, so that what follows it has room. */
function shortTitle(node: NodeRef, style: Style): string {
  const title = nodeTitle(node, style.symbols.under);
  return title.length > style.columns / 3 ? node.name : title;
}

function doneText(progress: Progress, host: HostProgress): readonly (string | Part)[] {
  if (progress.mode !== 'apply') return [`${count(host.total, 'resource')} read`];
  const { changed, skipped } = host.counts;
  const left: Part = { text: skipped === 0 ? '' : `, ${String(skipped)} skipped`, tone: 'faint' };
  if (changed === 0) return ['already right', left];
  return [
    { text: `${String(changed)} changed`, tone: 'changed' },
    `, ${String(host.total - changed - skipped)} already right`,
    left,
  ];
}
