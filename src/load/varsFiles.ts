import path from 'node:path';
import type { Checked, Diagnostic } from '../model/diagnostic.js';
import { entryOf } from '../model/source.js';
import type { MapEntry, Value } from '../model/source.js';
import { readDocument } from './document.js';
import type { FileSource } from './files.js';
import { problem } from './problem.js';
import { isText, wrongType } from './shape.js';

/** What the files of each `vars_files` entry hold, in their order. */
export type VarsFiles = ReadonlyMap<MapEntry, readonly Value[]>;

/**
 * Reads the files that plays name in `vars_files`, relative to the playbook's folder. An item that is a list stands for
 * the first of its files that exists.
 */
export async function chooseVarsFiles(
  files: FileSource,
  document: Value,
  folder: string,
): Promise<{ readonly value: VarsFiles; readonly diagnostics: readonly Diagnostic[] }> {
  const value = new Map<MapEntry, readonly Value[]>();
  const diagnostics: Diagnostic[] = [];
  for (const play of document.kind === 'list' ? document.items : []) {
    const entry = play.kind === 'map' ? entryOf(play, 'vars_files') : undefined;
    if (entry === undefined) continue;
    const values: Value[] = [];
    for (const item of entry.value.kind === 'list' ? entry.value.items : [entry.value]) {
      const read = await readOne(files, item, folder);
      diagnostics.push(...read.diagnostics);
      if (read.value !== undefined) values.push(read.value);
    }
    value.set(entry, values);
  }
  return { value, diagnostics };
}

async function readOne(files: FileSource, item: Value, folder: string): Promise<Checked<Value>> {
  const candidates = item.kind === 'list' ? item.items : [item];
  const missing: string[] = [];
  for (const candidate of candidates) {
    if (!isText(candidate)) return { diagnostics: [notAFile(candidate)] };
    const file = candidate.value.startsWith('/') ? candidate.value : path.posix.join(folder, candidate.value);
    if (candidates.length === 1 || (await files.kind(file)) !== 'missing') {
      return readDocument(files, file, candidate.at);
    }
    missing.push(file);
  }
  return { diagnostics: [problem('FILE_NOT_FOUND', item.at, `none of these files exists: ${missing.join(', ')}`)] };
}

function notAFile(value: Value): Diagnostic {
  if (value.kind !== 'template') return wrongType(value, 'an item of vars_files', 'the name of a file');
  const message = 'the name of a file cannot hold a template';
  return problem('NOT_SUPPORTED', value.at, message, 'write the name as plain text');
}
