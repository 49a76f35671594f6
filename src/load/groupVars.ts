import path from 'node:path';
import type { Diagnostic } from '../model/diagnostic.js';
import type { VarLayer } from '../model/inventory.js';
import { suggest } from '../model/suggest.js';
import { readDocument } from './document.js';
import type { FileSource } from './files.js';
import { didYouMean, problem, startOf, warning } from './problem.js';
import { checkVariables, variablesOf } from './variables.js';

/** Layers by the name of the group or host that they belong to, each from the lowest to the highest. */
export type NamedLayers = ReadonlyMap<string, readonly VarLayer[]>;

/** What `group_vars/` and `host_vars/` of one folder hold. */
export interface FolderVars {
  readonly groups: NamedLayers;
  readonly hosts: NamedLayers;
}

const extensions = ['.yml', '.yaml', '.json'];

interface Names {
  readonly groups: readonly string[];
  readonly hosts: readonly string[];
}

/**
 * Reads the variables beside an inventory or a playbook. Files of names that the inventory does not have are not read,
 * as one folder may serve several inventories; a near miss is a warning.
 */
export async function readFolderVars(
  files: FileSource,
  folder: string,
  names: Names,
  diagnostics: Diagnostic[],
): Promise<FolderVars> {
  return {
    groups: await readNamed(files, path.posix.join(folder, 'group_vars'), names.groups, diagnostics),
    hosts: await readNamed(files, path.posix.join(folder, 'host_vars'), names.hosts, diagnostics),
  };
}

async function readNamed(
  files: FileSource,
  folder: string,
  names: readonly string[],
  diagnostics: Diagnostic[],
): Promise<NamedLayers> {
  const found = new Map<string, string>();
  const known = new Set(names);
  for (const entry of await files.list(folder)) {
    if (isHidden(entry)) continue;
    const name = known.has(entry) ? entry : withoutExtension(entry);
    const file = path.posix.join(folder, entry);
    const other = found.get(name);
    if (!known.has(name)) diagnostics.push(...nearMiss(name, names, file));
    else if (other === undefined) found.set(name, file);
    else {
      const help = 'Ansible reads only one of them; put the files into a folder of that name';
      diagnostics.push(problem('CONFLICT', startOf(file), `${other} holds variables of "${name}" as well`, help));
    }
  }
  const layers = new Map<string, readonly VarLayer[]>();
  for (const [name, file] of found) layers.set(name, await readLayers(files, file, diagnostics));
  return layers;
}

function isHidden(entry: string): boolean {
  return entry.startsWith('.') || entry.endsWith('~');
}

function withoutExtension(entry: string): string {
  const extension = extensions.find((candidate) => entry.endsWith(candidate));
  return extension === undefined ? entry : entry.slice(0, -extension.length);
}

function nearMiss(name: string, names: readonly string[], file: string): readonly Diagnostic[] {
  const near = suggest(name, names);
  if (near === undefined) return [];
  return [warning('UNKNOWN_HOST', startOf(file), `${file} belongs to nothing in the inventory`, didYouMean(near))];
}

async function readLayers(files: FileSource, file: string, diagnostics: Diagnostic[]): Promise<readonly VarLayer[]> {
  if ((await files.kind(file)) !== 'folder') return readLayer(files, file, diagnostics);
  const layers: VarLayer[] = [];
  for (const entry of await files.list(file)) {
    const inside = path.posix.join(file, entry);
    if (isHidden(entry)) continue;
    if (path.posix.extname(entry) === '' || extensions.includes(path.posix.extname(entry))) {
      layers.push(...(await readLayers(files, inside, diagnostics)));
    }
  }
  return layers;
}

async function readLayer(files: FileSource, file: string, diagnostics: Diagnostic[]): Promise<readonly VarLayer[]> {
  const document = await readDocument(files, file);
  diagnostics.push(...document.diagnostics);
  if (document.value === undefined) return [];
  diagnostics.push(...checkVariables(document.value, 'inventory'));
  return [{ origin: file, vars: variablesOf(document.value) }];
}
