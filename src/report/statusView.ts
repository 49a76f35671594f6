import type { StatusNode, StatusReport } from '../model/status.js';
import { blank, flowLines, lineWidth, padLine, wrapLine } from './layout.js';
import { formatBytes } from './quantities.js';
import { hostRows, isNearlyFull, nearlyFull } from './statusHosts.js';
import { createStyle } from './style.js';
import type { Line, Style, SymbolName, View } from './style.js';
import { hostList, shortMessage, stateWords } from './words.js';

export interface StatusOptions extends View {
  /** Shows every file. */
  readonly verbose?: boolean;
}

/** Files of one volume that are shown unless all are asked for. */
const filesAtMost = 20;

/** Shows the storage as the tree that users know, with how it stands on each host. */
export function renderStatus(report: StatusReport, options: StatusOptions): string {
  const style = createStyle(options);
  const context = { style, all: report.hosts.map((host) => host.host), verbose: options.verbose === true };
  const lines = [
    ...section('Image Storages', report.imageStorages, context),
    ...section('Media Storages', report.mediaStorages, context),
    ...section('Direct Storages', report.directStorages, context),
    style.line(),
    ...legend(report, style),
    ...footer(report, style),
  ];
  return style.print(lines);
}

interface Context {
  readonly style: Style;
  /** Every host that was looked at. */
  readonly all: readonly string[];
  readonly verbose: boolean;
}

function section(title: string, nodes: readonly StatusNode[], context: Context): readonly Line[] {
  const head = context.style.line({ text: title, tone: 'strong' });
  if (nodes.length === 0) return [head, context.style.line({ text: '  none declared', tone: 'faint' })];
  return [head, ...siblings(nodes, '', context)];
}

/** Nodes of one parent: their columns are as wide as the widest of them. */
function siblings(nodes: readonly StatusNode[], prefix: string, context: Context): readonly Line[] {
  const { style } = context;
  const shown = context.verbose ? nodes : nodes.filter((node, index) => !isFile(node) || index < filesAtMost);
  const hidden = nodes.length - shown.length;
  const names = shown.map((node) => nameOf(node, style));
  const width = Math.min(Math.max(0, ...names.map(lineWidth)), Math.max(12, Math.floor(style.columns * 0.55)));
  const types = Math.max(0, ...shown.map((node) => node.type?.length ?? 0));
  const sizes = Math.max(0, ...shown.map((node) => (isFile(node) ? sizeOf(node).length : 0)));
  const mounts = Math.min(32, Math.max(0, ...shown.map((node) => node.mountPoint?.length ?? 0)));
  const widths = { name: width, type: types, mount: mounts, size: sizes };
  const lines = shown.flatMap((node, index) =>
    nodeLines(
      node,
      { prefix, isLast: index === shown.length - 1 && hidden === 0, widths, name: names[index] ?? [] },
      context,
    ),
  );
  if (hidden === 0) return lines;
  return [...lines, style.line({ text: `${prefix}${style.symbols.last}and ${String(hidden)} more`, tone: 'faint' })];
}

/** Widths of the columns that siblings share. */
interface Widths {
  readonly name: number;
  readonly type: number;
  readonly mount: number;
  readonly size: number;
}

interface Place {
  readonly prefix: string;
  readonly isLast: boolean;
  readonly widths: Widths;
  readonly name: Line;
}

function nodeLines(node: StatusNode, place: Place, context: Context): readonly Line[] {
  const { style } = context;
  const { symbols } = style;
  const branch = style.line({ text: place.prefix + (place.isLast ? symbols.last : symbols.branch), tone: 'faint' });
  const below = place.prefix + (place.isLast ? '   ' : symbols.trunk);
  const inner = below + (node.children.length > 0 ? symbols.trunk : '   ');
  const hang = style.line({ text: inner, tone: 'faint' });
  const name = padLine(place.name, place.widths.name);
  if (isFile(node)) {
    const details = fileDetails(node, place.widths.size, style);
    return [...wrapLine([...branch, ...name, ...details], style.columns, hang), ...fileMessage(node, hang, style)];
  }
  const head = [...branch, ...name, ...headDetails(node, place.widths, context)];
  const rows = showsRows(node) ? hostRows(node, context.all, style) : [];
  const told = rows.length > 0 && node.hosts.some((host) => host.message === node.message);
  const message = node.state === 'ok' || node.message === '' || told ? [] : [style.line(shortMessage(node.message))];
  return [
    ...wrapLine(head, style.columns, hang),
    ...[...message, ...rows].flatMap((row) => wrapLine([...hang, ...row], style.columns, [...hang, ...blank(2)])),
    ...siblings(node.children, below, context),
  ];
}

/** Where a storage is divided into volumes, these say how each host stands. */
function showsRows(node: StatusNode): boolean {
  return node.hosts.length > 0 && !node.children.some((child) => child.kind === 'volume');
}

function headDetails(node: StatusNode, widths: Widths, context: Context): Line {
  const { style } = context;
  const { symbol, word, ascii, tone } = stateWords[node.state];
  const state = style.unicode ? `${style.symbols[symbol]} ${word}` : ascii;
  const type = widths.type === 0 ? '' : `  ${(node.type ?? '').padEnd(widths.type)}`;
  const mount = widths.mount === 0 ? '' : `  ${(node.mountPoint ?? '').padEnd(widths.mount)}`;
  const size = node.size === undefined ? '' : `  ${formatBytes(node.size)}`;
  const hosts = showsRows(node)
    ? ''
    : hostList(
        node.hosts.map((host) => host.host),
        context.all,
      );
  return style.line(
    type,
    mount,
    size,
    '  ',
    { text: state, tone },
    { text: hosts === '' ? '' : `  ${hosts}`, tone: 'faint' },
  );
}

function isFile(node: StatusNode): boolean {
  return node.kind === 'image' || node.kind === 'iso' || node.kind === 'fvm';
}

function nameOf(node: StatusNode, style: Style): Line {
  return style.line(`${style.symbols[symbolOf(node)]} `, {
    text: node.name,
    tone: isFile(node) ? undefined : 'strong',
  });
}

/** A size that could not be read is not 0. */
function sizeOf(node: StatusNode): string {
  return node.size === undefined ? '? B' : formatBytes(node.size);
}

function fileDetails(node: StatusNode, sizeWidth: number, style: Style): Line {
  const modified = node.modified === undefined ? '' : `  ${node.modified.slice(0, 16).replace('T', ' ')}`;
  return style.line(`  ${sizeOf(node).padStart(sizeWidth)}`, { text: modified, tone: 'faint' });
}

function fileMessage(node: StatusNode, hang: Line, style: Style): readonly Line[] {
  if (node.state === 'ok') return [];
  const { word, tone } = stateWords[node.state];
  return wrapLine(
    [...hang, ...style.line({ text: word, tone }, ` ${shortMessage(node.message)}`)],
    style.columns,
    hang,
  );
}

function symbolOf(node: StatusNode): SymbolName {
  switch (node.kind) {
    case 'image_storage':
    case 'media_storage':
    case 'direct_storage':
      return 'storage';
    case 'volume':
      return volumeSymbols[node.type ?? ''] ?? 'disk';
    case 'image':
      return 'image';
    case 'iso':
    case 'fvm':
      return 'media';
    case 'disk':
      return 'disk';
    default:
      return node.kind satisfies never;
  }
}

const volumeSymbols: Readonly<Record<string, SymbolName>> = {
  OCFS2: 'ocfs2',
  Gluster: 'gluster',
  External: 'external',
};

/** Explains only the symbols that are in use. */
function legend(report: StatusReport, style: Style): readonly Line[] {
  const words: readonly (readonly [SymbolName, string])[] = [
    ['storage', 'storage'],
    ['ocfs2', 'OCFS2'],
    ['gluster', 'Gluster'],
    ['external', 'External'],
    ['image', 'image'],
    ['media', 'media file'],
    ['disk', 'disk'],
  ];
  const used = new Set<SymbolName>();
  let full = false;
  const visit = (node: StatusNode): void => {
    used.add(symbolOf(node));
    full ||= node.hosts.some(isNearlyFull);
    for (const child of node.children) visit(child);
  };
  for (const node of storagesOf(report)) visit(node);
  const items = words
    .filter(([symbol]) => used.has(symbol))
    .map(([symbol, word]) => style.line({ text: `${style.symbols[symbol]} ${word}`, tone: 'faint' }));
  const mark = style.line(
    { text: '!', tone: 'danger' },
    { text: ` at least ${String(nearlyFull)} % used`, tone: 'faint' },
  );
  return flowLines(full ? [...items, mark] : items, style.columns, blank(2));
}

function storagesOf(report: StatusReport): readonly StatusNode[] {
  return [...report.imageStorages, ...report.mediaStorages, ...report.directStorages];
}

function footer(report: StatusReport, style: Style): readonly Line[] {
  const away = report.hosts.filter((host) => !host.reachable);
  const bad = storagesOf(report).filter((node) => node.state !== 'ok');
  const read = `${String(report.hosts.length - away.length)} of ${String(report.hosts.length)} hosts read`;
  const time = `${report.time.slice(0, 19).replace('T', ' ')}${report.time.endsWith('Z') ? ' UTC' : ''}`;
  const lines = [
    ...away.map((host) =>
      style.line(
        { text: `${style.symbols.unreachable} `, tone: 'bad' },
        { text: host.host, tone: 'strong' },
        ` could not be read: ${shortMessage(host.message)}`,
      ),
    ),
    ...(bad.length === 0
      ? []
      : [style.line({ text: 'Not ok: ', tone: 'bad' }, `${bad.map((node) => node.name).join(', ')}.`)]),
    style.line({ text: `${read}, ${time}`, tone: 'faint' }),
  ];
  return lines.flatMap((line) => wrapLine(line, style.columns, blank(2)));
}
