import type { HostStatus, StatusNode } from '../model/status.js';
import { lineWidth, padLine } from './layout.js';
import { formatBytes, percentUsed } from './quantities.js';
import type { Line, Style, Tone } from './style.js';
import { hostList, shortMessage, stateWords } from './words.js';

const barWidth = 10;
/** From this on the space of an object is marked. */
export const nearlyFull = 90;

/** Whether space is known and nearly used up. */
export function isNearlyFull(host: HostStatus): boolean {
  return host.used !== null && host.available !== null && percentUsed(host.used, host.available) >= nearlyFull;
}

/** How an object stands on its hosts: one row for all hosts that stand alike. */
export function hostRows(node: StatusNode, all: readonly string[], style: Style): readonly Line[] {
  const groups = new Map<string, HostStatus[]>();
  for (const host of node.hosts) {
    const key = JSON.stringify([host.state, said(host), host.used, host.available]);
    const same = groups.get(key);
    if (same === undefined) groups.set(key, [host]);
    else same.push(host);
  }
  const rows = [...groups.values()].flatMap((group) => {
    const [first] = group;
    const names = hostList(
      group.map((host) => host.host),
      all,
      6,
    );
    return first === undefined ? [] : [{ first, name: style.line(names) }];
  });
  const width = Math.min(24, Math.max(0, ...rows.map((row) => lineWidth(row.name))));
  const states = Math.max(0, ...rows.map((row) => lineWidth(stateText(row.first, style))));
  return rows.map(({ first, name }) => [
    ...padLine(name, width),
    ...style.line('  '),
    ...padLine(stateText(first, style), states),
    ...rowText(first, style),
  ]);
}

/** What is well needs no words, unless there is something that it does not cover. */
function said(host: HostStatus): string {
  return host.state === 'ok' ? (host.note ?? '') : host.message;
}

function stateText(host: HostStatus, style: Style): Line {
  const { symbol, word, ascii, tone } = stateWords[host.state];
  return style.line({ text: style.unicode ? `${style.symbols[symbol]} ${word}` : ascii, tone });
}

function rowText(host: HostStatus, style: Style): Line {
  const words = said(host);
  const message = words === '' ? '' : `  ${shortMessage(words)}`;
  return [...spaceText(host, style), ...style.line(message)];
}

/** Space as a bar and in figures. What could not be read is `?`; where nothing is mounted there is no space to tell. */
function spaceText(host: HostStatus, style: Style): Line {
  const { used, available } = host;
  if (used === null || available === null) {
    if (host.state !== 'ok' && host.state !== 'partial') return [];
    const known = (bytes: number | null): string => (bytes === null ? '?' : formatBytes(bytes));
    return style.line({ text: `  ${known(used)} used, ${known(available)} free`, tone: 'unknown' });
  }
  const percent = percentUsed(used, available);
  const full = Math.round((percent / 100) * barWidth);
  const tone: Tone = percent >= nearlyFull ? 'bad' : 'good';
  return style.line(
    '  [',
    { text: style.symbols.barFull.repeat(full), tone },
    { text: style.symbols.barEmpty.repeat(barWidth - full), tone: 'faint' },
    `] ${String(percent).padStart(3)} % `,
    { text: percent >= nearlyFull ? '!' : ' ', tone: 'danger' },
    ` ${formatBytes(used)} used, ${formatBytes(available)} free`,
  );
}
