import type { PlanEntry } from '../model/plan.js';
import { blank, flowLines, lineWidth, padLine, wrapLine } from './layout.js';
import { skippedWord, unreachableHosts, unreadWord, verdictOf, wordOf } from './planFacts.js';
import type { PlanFacts } from './planFacts.js';
import { foldEntries } from './planFold.js';
import { planSummary, unreachableLine } from './planSummary.js';
import { createStyle } from './style.js';
import type { Line, Part, Style, View } from './style.js';
import { changeWords, hostList } from './words.js';
import type { Word } from './words.js';

export interface PlanOptions extends View {
  /** Whether changed texts are shown line by line. */
  readonly diff: boolean;
  /** Shows unchanged and skipped entries and all fields too. */
  readonly verbose: boolean;
}

/** Shows what would be done, grouped by storage object, with equal changes of several hosts in one place. */
export function renderPlan(plan: PlanFacts, options: PlanOptions): string {
  const style = createStyle(options);
  const unreachable = unreachableHosts(plan);
  const shown = plan.entries.filter((entry) => isShown(entry, options.verbose));
  const lines: Line[] = [];
  if (shown.length > 0) {
    lines.push(...legend(shown, style), ...groups(shown, plan.hosts, options), style.line());
  }
  for (const [host, message] of Object.entries(unreachable)) lines.push(...unreachableLine(host, message, plan, style));
  if (Object.keys(unreachable).length > 0) lines.push(style.line());
  lines.push(...planSummary(plan, Object.keys(unreachable), style));
  return style.print(lines);
}

function isShown(entry: PlanEntry, verbose: boolean): boolean {
  if (entry.refusals.length > 0 || verbose) return true;
  const verdict = verdictOf(entry);
  return verdict !== 'none' && verdict !== 'skipped' && verdict !== 'unread';
}

/** Explains only the symbols that are in use. */
function legend(entries: readonly PlanEntry[], style: Style): readonly Line[] {
  const used = new Set(entries.map((entry) => wordOf(entry).symbol));
  const words = [...Object.values(changeWords), skippedWord, unreadWord].filter((word) => used.has(word.symbol));
  const refused: Word = { symbol: '!', word: 'refused', tone: 'danger' };
  const told = entries.some((entry) => entry.refusals.length > 0) ? [...words, refused] : words;
  const items = told.map((word) => style.line({ text: word.symbol, tone: word.tone }, ` ${word.word}`));
  return [...flowLines(items, style.columns, blank(4), blank(2)), style.line()];
}

/** Headings of objects with their entries below, in the order in which their first node runs. */
function groups(entries: readonly PlanEntry[], all: readonly string[], options: PlanOptions): readonly Line[] {
  const lines: Line[] = [];
  const style = createStyle(options);
  const symbolWidth = Math.max(...entries.map((entry) => wordOf(entry).symbol.length));
  let shown: readonly string[] | undefined;
  for (const place of foldEntries(entries, all, options)) {
    lines.push(...headings(shown, place.path, style));
    shown = place.path;
    const indent = Math.max(1, place.path.length) * 2;
    const names = place.items.map((item) => entryHead(item.entry, symbolWidth, indent, style));
    const width = Math.min(Math.max(...names.map(lineWidth)), Math.max(30, Math.floor(style.columns * 0.55)));
    for (const [index, item] of place.items.entries()) {
      const hosts = {
        text: hostList(item.hosts, all, options.verbose ? Infinity : undefined),
        tone: 'accent',
      } as const;
      const head = [...padLine(names[index] ?? [], width), ...style.line('  ', hosts)];
      lines.push(...wrapLine(head, style.columns, blank(indent + 4)));
      lines.push(...item.body.map((line) => [...blank(indent + symbolWidth + 3), ...line]));
    }
  }
  return lines;
}

function headings(shown: readonly string[] | undefined, path: readonly string[], style: Style): readonly Line[] {
  if (path.length === 0) {
    const title = style.line({ text: 'Tasks', tone: 'strong' });
    return shown === undefined ? [title] : [style.line(), title];
  }
  const same = path.findIndex((part, index) => shown?.[index] !== part);
  const lines = path.slice(same).flatMap((part, index) => {
    const title = style.line({ text: part, tone: 'strong' });
    return wrapLine([...blank((same + index) * 2), ...title], style.columns, blank((same + index) * 2 + 2));
  });
  return same === 0 && shown !== undefined ? [style.line(), ...lines] : lines;
}

function entryHead(entry: PlanEntry, symbolWidth: number, indent: number, style: Style): Line {
  const { symbol, tone } = wordOf(entry);
  const { name, module } = entry.node;
  const told = name.toLowerCase().includes(module.replaceAll('_', ' ')) || name.includes(module);
  const suffix: Part = { text: told ? '' : `  (${module})`, tone: 'faint' };
  return [...blank(indent), ...style.line({ text: symbol.padEnd(symbolWidth), tone }, ' ', name, suffix)];
}
