import type { FieldChange } from '../model/change.js';
import { canonicalJson, isJsonObject } from '../model/json.js';
import type { Json } from '../model/json.js';
import { countDiff } from './fileDiff.js';
import { count, lineCount } from './quantities.js';
import { clip } from './width.js';

/** The longest value that is shown as it is. */
const longest = 72;

/** A value of a field in a few words: multi-line text is counted, digests and long texts are shortened. */
export function shortValue(value: Json): string {
  if (value === null) return 'none';
  if (typeof value === 'string') return shortText(value);
  if (typeof value !== 'object') return String(value);
  if (isJsonObject(value)) return shortObject(value);
  if (value.length === 0) return 'empty list';
  const items = value.map((item: Json) => shortValue(item)).join(', ');
  return items.length <= longest ? `[${items}]` : count(value.length, 'item');
}

function shortText(text: string): string {
  if (text.includes('\n') && text.trimEnd().includes('\n')) return lineCount(text);
  const digest = /^(?:(\w+):)?([0-9a-f]{40,128})$/.exec(text);
  if (digest?.[2] !== undefined) return `${digest[1] ?? 'digest'}:${digest[2].slice(0, 12)}`;
  return clip(isPlain(text) ? text : JSON.stringify(text), longest);
}

/** Whether text reads as itself without quotes: not like a number, a yes or no, or nothing. `0644` is no number. */
function isPlain(text: string): boolean {
  if (!/^[\p{L}\p{N}_@%+=:,./*-]+$/u.test(text)) return false;
  return !/^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) && !/^(true|false|null|none)$/i.test(text);
}

function shortObject(value: { readonly [key: string]: Json }): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return 'empty map';
  const text = keys.map((key) => `${key}: ${shortValue(value[key] ?? null)}`).join(', ');
  return text.length <= longest ? `{${text}}` : count(keys.length, 'key');
}

/** The name of a field: `options`, `nodes.0.address`. */
export function fieldName(path: readonly string[]): string {
  return path.length === 0 ? '(value)' : path.join('.');
}

/**
 * What changes in a field: `root -> qemu`. Lists that are long say which items come and go; values that look the same
 * in short say by how much they differ. Never shows two equal sides.
 */
export function fieldText(field: FieldChange): string {
  const from = shortValue(field.from);
  const to = shortValue(field.to);
  if (typeof field.from === 'string' && typeof field.to === 'string' && isBlock(field.from, field.to)) {
    const { added, removed } = countDiff(field.from, field.to);
    return `${from} -> ${to} (+${String(added)} -${String(removed)})`;
  }
  if (Array.isArray(field.from) && Array.isArray(field.to)) {
    const items = listChange(field.from, field.to);
    if (items !== undefined && (isCounted(from) || isCounted(to))) return items;
  }
  if (from !== to) return `${from} -> ${to}`;
  return from === '"***"' || from === '***' ? '(changed, hidden)' : `${from} -> ${to} (other content)`;
}

/** Whether a list was too long to be shown. */
function isCounted(list: string): boolean {
  return !list.startsWith('[');
}

/** Whether a field is shown as a diff of its lines. */
export function isBlock(from: Json, to: Json): boolean {
  const texts = [from, to].filter((value) => value !== null);
  return texts.every((value) => typeof value === 'string') && texts.some((value) => value.trimEnd().includes('\n'));
}

function listChange(from: readonly Json[], to: readonly Json[]): string | undefined {
  const before = new Set(from.map((item) => canonicalJson(item)));
  const after = new Set(to.map((item) => canonicalJson(item)));
  const added = to.filter((item) => !before.has(canonicalJson(item))).map(shortValue);
  const removed = from.filter((item) => !after.has(canonicalJson(item))).map(shortValue);
  if (added.length + removed.length === 0 || added.length + removed.length > 8) return undefined;
  const words = [
    ...(added.length === 0 ? [] : [`adds ${added.join(', ')}`]),
    ...(removed.length === 0 ? [] : [`removes ${removed.join(', ')}`]),
  ];
  return words.join('; ');
}
