import type { HostCounts, Outcome, OutcomeKind, Recap } from '../model/event.js';
import { blank, cutLine, lineWidth, padLine, wrapLine } from './layout.js';
import { count, formatSeconds } from './quantities.js';
import { createStyle } from './style.js';
import type { Line, Style, Tone, View } from './style.js';
import { hostList, nodeTitle, noChanges, outcomeWords, quoteWord, shortMessage } from './words.js';

export interface RecapOptions extends View {
  readonly playbook: string;
  /** In the order of the inventory. */
  readonly hosts: readonly string[];
  /** Words of the command line that the next command needs too: where the inventory is, what is left out. */
  readonly flags?: readonly string[];
  /** Whether the run was limited to some hosts: then the next one is, too, even when it is for all of them. */
  readonly limited?: boolean;
  /** Resources of the run, for "no changes"; unless given they are counted on each host that they are on. */
  readonly resources?: number;
  /** Shows a row for every host. */
  readonly verbose?: boolean;
}

/** Columns of the table with their short heads. */
const columns: readonly (readonly [OutcomeKind, string])[] = [
  ['ok', 'ok'],
  ['changed', 'changed'],
  ['failed', 'failed'],
  ['refused', 'refused'],
  ['unreachable', 'unreach'],
  ['unknown', 'unknown'],
  ['skipped', 'skipped'],
];

/** From this many hosts on, hosts that are fully right are told in one sentence even when they were changed. */
const rowsAtMost = 12;

const troubleKinds: readonly OutcomeKind[] = ['failed', 'refused', 'unreachable', 'unknown'];

/** Shows how a run ended on each host, the last trouble of each with its help, and what to do next. */
export function renderRecap(recap: Recap, options: RecapOptions): string {
  const style = createStyle(options);
  const hosts = inventoryOrder(recap, options.hosts);
  const troubled = hosts.filter((host) => isTroubled(recap, host));
  const changed = hosts.filter((host) => !troubled.includes(host) && countOf(recap, host, 'changed') > 0);
  const right = hosts.filter((host) => !troubled.includes(host) && !changed.includes(host));
  if (troubled.length === 0 && changed.length === 0) {
    return style.print(wrapLine(style.line(nothingDone(recap, hosts, options)), style.columns));
  }
  const all = options.verbose === true || hosts.length <= rowsAtMost;
  const few = (host: string): boolean => all && (changed.includes(host) || troubled.includes(host));
  const rows = options.verbose === true ? hosts : hosts.filter((host) => hasTrouble(recap, host) || few(host));
  const lines = [
    ...wrapLine(
      style.line({ text: 'RECAP', tone: 'strong' }, `  ${options.playbook}  ${formatSeconds(recap.seconds)}`),
      style.columns,
      blank(2),
    ),
    style.line(),
    ...(rows.length === 0 ? [] : table(recap, rows, style)),
    ...(options.verbose === true ? [] : restLines({ changed: all ? [] : changed, right }, hosts, style)),
    ...unknownLines(recap, hosts, style),
    ...interruptedLines(recap, hosts, style),
    ...nextLines(recap, troubled, options, style),
  ];
  return style.print(lines);
}

function inventoryOrder(recap: Recap, inventory: readonly string[]): readonly string[] {
  const known = inventory.filter((host) => recap.hosts[host] !== undefined);
  const others = Object.keys(recap.hosts).filter((host) => !inventory.includes(host));
  return [...known, ...others];
}

function countOf(recap: Recap, host: string, kind: OutcomeKind): number {
  return recap.hosts[host]?.[kind] ?? 0;
}

function hasTrouble(recap: Recap, host: string): boolean {
  const counted = troubleKinds.some((kind) => countOf(recap, host, kind) > 0);
  return counted || recap.troubles.some((trouble) => trouble.host === host);
}

/** Whether something is left to do on it: a host that was stopped half-way is not right either. */
function isTroubled(recap: Recap, host: string): boolean {
  return hasTrouble(recap, host) || recap.interrupted?.includes(host) === true;
}

function nothingDone(recap: Recap, hosts: readonly string[], options: RecapOptions): string {
  const sum = (kind: OutcomeKind): number => total(hosts.map((host) => countOf(recap, host, kind)));
  const skipped = sum('skipped');
  const matching = options.resources === undefined ? sum('ok') : options.resources - skipped;
  return noChanges({
    playbook: options.playbook,
    matching,
    skipped,
    unread: 0,
    hosts: hosts.length,
    unreachable: [],
  });
}

function total(numbers: readonly number[]): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}

function table(recap: Recap, hosts: readonly string[], style: Style): readonly Line[] {
  const longest = Math.max(12, Math.floor(style.columns / 3));
  const names = hosts.map((host) =>
    cutLine(style.line({ text: host, tone: 'strong' }), longest, style.symbols.ellipsis),
  );
  const nameWidth = Math.max(4, ...names.map(lineWidth));
  const shown = shownColumns(recap, hosts, style.columns - nameWidth);
  const head = shown.map(([, title]) => style.line({ text: title.padStart(title.length + 2), tone: 'faint' })).flat();
  const lines: Line[] = [[...padLine(style.line({ text: 'host', tone: 'faint' }), nameWidth), ...head]];
  for (const [index, host] of hosts.entries()) {
    const counts = recap.hosts[host];
    const cells = shown.flatMap(([kind, title]) => padLine(countCell(counts, kind, style), title.length + 2, 'start'));
    lines.push([...padLine(names[index] ?? [], nameWidth), ...cells]);
    lines.push(...troubleLines(recap, host, style));
  }
  return lines;
}

/** All columns where they fit; in a narrow view those without a number are left out. */
function shownColumns(recap: Recap, hosts: readonly string[], room: number): typeof columns {
  const width = total(columns.map(([, title]) => title.length + 2));
  if (width <= room) return columns;
  return columns.filter(([kind]) => kind === 'ok' || hosts.some((host) => countOf(recap, host, kind) > 0));
}

function countCell(counts: HostCounts | undefined, kind: OutcomeKind, style: Style): Line {
  const number = counts?.[kind] ?? 0;
  const tone: Tone = number === 0 ? 'faint' : outcomeWords[kind].tone;
  return style.line({ text: number === 0 ? '-' : String(number), tone });
}

function troubleLines(recap: Recap, host: string, style: Style): readonly Line[] {
  return recap.troubles
    .filter((trouble) => trouble.host === host)
    .flatMap((trouble) => {
      const { outcome, node } = trouble;
      if (!('code' in outcome)) return [];
      const { symbol, word, tone } = outcomeWords[outcome.kind];
      const title = node === undefined ? '' : `${nodeTitle(node, style.symbols.under)}: `;
      const other = outcome.host === undefined || outcome.host === host ? '' : ` on ${outcome.host}`;
      const line = style.line(
        '  ',
        { text: `${style.symbols[symbol]} ${word}`, tone },
        `${other}  ${title}${shortMessage(outcome.message)}`,
        { text: outcome.code.toLowerCase() === outcome.kind ? '' : `  ${outcome.code}`, tone: 'faint' },
      );
      return [...wrapLine(line, style.columns, blank(4)), ...helpLines(outcome, style)];
    });
}

function helpLines(outcome: Outcome, style: Style): readonly Line[] {
  if (!('help' in outcome) || outcome.help === undefined) return [];
  return wrapLine(style.line({ text: `    = ${shortMessage(outcome.help)}`, tone: 'accent' }), style.columns, blank(6));
}

/** The hosts without a row, in a sentence for each way in which they are right. */
function restLines(
  rest: { readonly changed: readonly string[]; readonly right: readonly string[] },
  all: readonly string[],
  style: Style,
): readonly Line[] {
  const { changed, right } = rest;
  const done = changed.length + right.length;
  if (done === 0) return [];
  const names = (hosts: readonly string[]): string => (hosts.length <= 6 ? `: ${hostList(hosts, all)}` : '');
  const text =
    changed.length === 0
      ? `${count(right.length, 'host')} already right${names(right)}.`
      : `${count(done, 'host')} fully applied (${String(changed.length)} changed, ${String(right.length)} already right)${names([...changed, ...right])}.`;
  const line = style.line({ text: `${style.symbols.ok} `, tone: 'good' }, text);
  return [style.line(), ...wrapLine(line, style.columns, blank(2))];
}

/** Names what may or may not have happened, since nobody saw how it ended. */
function unknownLines(recap: Recap, hosts: readonly string[], style: Style): readonly Line[] {
  const unknown = hosts.filter((host) => countOf(recap, host, 'unknown') > 0);
  if (unknown.length === 0) return [];
  const text = 'the connection or the time ran out during a step; it may or may not have been done';
  const line = style.line({ text: 'Unknown outcome', tone: 'unknown' }, ` on ${hostList(unknown, hosts)}: ${text}.`);
  return [style.line(), ...wrapLine(line, style.columns, blank(2))];
}

function interruptedLines(recap: Recap, hosts: readonly string[], style: Style): readonly Line[] {
  const left = hosts.filter((host) => recap.interrupted?.includes(host) === true);
  if (left.length === 0) return [];
  const line = style.line({ text: 'Interrupted', tone: 'unknown' }, `: not all was begun on ${hostList(left, hosts)}.`);
  return [style.line(), ...wrapLine(line, style.columns, blank(2))];
}

function nextLines(recap: Recap, troubled: readonly string[], options: RecapOptions, style: Style): readonly Line[] {
  if (troubled.length === 0) return [];
  const everyHost = options.limited !== true && troubled.length === Object.keys(recap.hosts).length;
  const limit = everyHost ? '' : ` --limit ${quoteWord(troubled.join(','))}`;
  const playbook = [options.playbook, ...(options.flags ?? [])].map(quoteWord).join(' ');
  const unknown = troubled.some((host) => countOf(recap, host, 'unknown') > 0);
  const hints: readonly (readonly [string, string])[] = [
    ...(unknown ? [[`stowage plan ${playbook}${limit}`, 'looks again and says what is left'] as const] : []),
    [`stowage apply ${playbook}${limit}`, 'does only what is missing, after a fresh look'],
  ];
  return [style.line(), ...hints.flatMap((hint, index) => hintLines(hint, index === 0 ? 'Next:  ' : '       ', style))];
}

/** A command that can be copied: where it has to be broken, a backslash joins its lines. The reason only where it fits. */
function hintLines(hint: readonly [string, string], head: string, style: Style): readonly Line[] {
  const [command, why] = hint;
  const line = style.line({ text: head, tone: 'strong' }, { text: command, tone: 'accent' });
  const whole = [...line, ...style.line({ text: `   ${why}`, tone: 'faint' })];
  if (lineWidth(whole) <= style.columns) return [whole];
  const rows = lineWidth(line) <= style.columns ? [line] : wrapLine(line, style.columns - 2, blank(9));
  return rows.map((row, index) => (index < rows.length - 1 ? [...row, ...style.line(' \\')] : row));
}
