import type { Checked, Diagnostic } from '../model/diagnostic.js';
import type { Text } from '../model/playbook.js';
import type { MapEntry, MapValue, Span, Value } from '../model/source.js';
import { parseYaml } from '../text/yaml.js';
import { readDocument } from './document.js';
import type { FileSource } from './files.js';
import { problem } from './problem.js';
import { wrongType } from './shape.js';
import { checkVariables } from './variables.js';

/**
 * Reads the host pattern of `--limit`. A part `@FILE` stands for the patterns in that file, one on each line.
 * @returns texts that make up one pattern together
 */
export async function readLimit(files: FileSource, limit: string): Promise<Checked<readonly Text[]>> {
  const diagnostics: Diagnostic[] = [];
  const texts: Text[] = [];
  let column = 1;
  for (const part of limit.split(',')) {
    const at = { file: '--limit', line: 1, column, length: Math.max(1, part.length) };
    column += part.length + 1;
    const file = part.trim();
    if (!file.startsWith('@')) {
      texts.push({ text: part, lines: [{ line: 1, column: at.column }], at });
      continue;
    }
    const read = await readLines(files, file.slice(1), at);
    diagnostics.push(...read.diagnostics);
    texts.push(...(read.value ?? []));
  }
  if (limit.split(',').every((part) => part.trim() === '')) {
    // To Ansible this is no limit at all; who writes one means some hosts, and an unset variable must not mean all.
    const at = { file: '--limit', line: 1, column: 1, length: 1 };
    diagnostics.push(problem('NO_HOSTS', at, 'the limit is empty', 'name hosts, or leave --limit out for all'));
  }
  return diagnostics.length > 0 ? { diagnostics } : { value: texts, diagnostics };
}

async function readLines(files: FileSource, file: string, at: Span): Promise<Checked<readonly Text[]>> {
  const result = await files.read(file);
  if ('error' in result) return { diagnostics: [problem(result.error.code, at, result.error.message)] };
  const texts = Buffer.from(result.bytes)
    .toString('utf8')
    .split('\n')
    .flatMap((raw, index) => {
      const text = raw.trim();
      const column = raw.length - raw.trimStart().length + 1;
      const place = { file, line: index + 1, column, length: text.length };
      return text === '' ? [] : [{ text, lines: [place], at: place }];
    });
  // To Ansible an empty file is no limit at all; a list of failed hosts that is empty means nobody.
  if (texts.length === 0) return { diagnostics: [problem('NO_HOSTS', at, `${file} names no host`)] };
  return { value: texts, diagnostics: [] };
}

/**
 * Reads the variables of `-e`: `NAME=TEXT …`, a YAML or JSON map, or `@FILE` of such a map. Later ones win.
 * @param texts what each `-e` was given
 */
export async function readExtraVars(files: FileSource, texts: readonly string[]): Promise<Checked<MapValue>> {
  const diagnostics: Diagnostic[] = [];
  const entries = new Map<string, MapEntry>();
  for (const text of texts) {
    const read = await readExtra(files, text);
    diagnostics.push(...read.diagnostics);
    if (read.value === undefined) continue;
    diagnostics.push(...checkVariables(read.value, 'inventory'));
    for (const entry of read.value.kind === 'map' ? read.value.entries : []) entries.set(entry.key, entry);
  }
  const at = { file: '--extra-vars', line: 1, column: 1, length: 1 };
  return { value: { kind: 'map', entries: [...entries.values()], at }, diagnostics };
}

async function readExtra(files: FileSource, text: string): Promise<Checked<Value>> {
  const file = '--extra-vars';
  const at = { file, line: 1, column: 1, length: Math.max(1, text.length) };
  if (text.startsWith('@')) return readDocument(files, text.slice(1), at);
  if (/^\s*[[{]/.test(text)) {
    const parsed = parseYaml(file, Buffer.from(text));
    if (parsed.value === undefined || parsed.value.kind === 'map') return parsed;
    return { diagnostics: [...parsed.diagnostics, wrongType(parsed.value, 'extra variables', 'a map')] };
  }
  const words = [...text.matchAll(/(?:\{\{.*?\}\}|"[^"]*"|'[^']*'|[^\s"'])+/g)];
  const bad = words.find((word) => !/^[^=]+=/.test(word[0]));
  if (words.length === 0 || bad !== undefined) {
    return { diagnostics: [problem('WRONG_TYPE', at, 'extra variables are NAME=VALUE, a YAML map or @FILE')] };
  }
  return { value: { kind: 'map', entries: words.map((word) => pairOf(word[0], word.index)), at }, diagnostics: [] };
}

/** Values of pairs are text, as in Ansible; quotes only keep them together. */
function pairOf(word: string, index: number): MapEntry {
  const equals = word.indexOf('=');
  const text = word.slice(equals + 1).replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2');
  const keyAt = { file: '--extra-vars', line: 1, column: index + 1, length: equals };
  const at = { ...keyAt, column: index + equals + 2, length: Math.max(1, word.length - equals - 1) };
  const value: Value = text.includes('{{')
    ? { kind: 'template', text, lines: [at], at }
    : { kind: 'scalar', value: text, at };
  return { key: word.slice(0, equals), keyAt, value };
}
