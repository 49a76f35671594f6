import type { HostStatus, StatusNode, StatusReport } from '../model/status.js';
import { sanitize } from './width.js';

const heads = [
  'kind',
  'storage',
  'name',
  'type',
  'mount_point',
  'host',
  'state',
  'used',
  'available',
  'size',
  'message',
];

/**
 * The storage as a table for scripts: a line for each object and host, columns separated by tabs, sizes in bytes. The
 * first line names the columns. What is not known is `?`; what does not apply is `-`.
 */
export function renderStatusTable(report: StatusReport): string {
  const storages = [...report.imageStorages, ...report.mediaStorages, ...report.directStorages];
  const rows = storages.flatMap((storage) => tableRows(storage, storage.name));
  return [heads, ...rows].map((row) => `${row.map(cell).join('\t')}\n`).join('');
}

function tableRows(node: StatusNode, storage: string): readonly (readonly string[])[] {
  const row = (host: HostStatus | undefined): readonly string[] => [
    node.kind,
    storage,
    node.name,
    node.type ?? '-',
    node.mountPoint ?? '-',
    host?.host ?? '-',
    host?.state ?? node.state,
    ...(host === undefined ? ['-', '-'] : [bytes(host.used), bytes(host.available)]),
    node.size === undefined ? sizeless(node) : String(node.size),
    (host?.message ?? node.message) === '' ? '-' : (host?.message ?? node.message),
  ];
  const own = node.hosts.length === 0 ? [row(undefined)] : node.hosts.map(row);
  return [...own, ...node.children.flatMap((child) => tableRows(child, storage))];
}

function bytes(value: number | null): string {
  return value === null ? '?' : String(value);
}

/** Files and disks have a size, even where it could not be read. */
function sizeless(node: StatusNode): string {
  return node.kind === 'image' || node.kind === 'iso' || node.kind === 'fvm' || node.kind === 'disk' ? '?' : '-';
}

function cell(text: string): string {
  return sanitize(text);
}
