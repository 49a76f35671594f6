import path from 'node:path';
import type { Checked } from '../model/diagnostic.js';
import type { Inventory } from '../model/inventory.js';
import type { Span } from '../model/source.js';
import { parseYaml } from '../text/yaml.js';
import type { FileSource } from './files.js';
import { readFolderVars } from './groupVars.js';
import { buildInventory, completeGroups } from './groups.js';
import { emptyDraft } from './inventoryDraft.js';
import type { Draft } from './inventoryDraft.js';
import { readHostList, readInventoryDocument } from './inventoryYaml.js';
import { inTextOrder, problem, startOf } from './problem.js';

export interface InventorySources {
  /** Files, folders and host lists (`kvm1,kvm2,`), in their order; later ones win. */
  readonly sources: readonly string[];
  /** The folder of the playbook, for `group_vars/` and `host_vars/` beside it. */
  readonly playbookFolder?: string;
  /** Where the user named the sources. */
  readonly at?: Span;
}

/**
 * Reads an inventory in Ansible's YAML layout with its `group_vars/` and `host_vars/`. Layers of variables stand in the
 * order of Ansible: inventory groups, `group_vars/all`, other `group_vars`, inventory hosts, `host_vars`; each beside the
 * inventory before beside the playbook; groups by depth, priority and name.
 * @returns the inventory, absent when a source could not be read: nothing can be said of its hosts then
 */
export async function loadInventory(files: FileSource, input: InventorySources): Promise<Checked<Inventory>> {
  const at = input.at ?? startOf(input.sources[0] ?? 'inventory');
  const draft = emptyDraft(at);
  const folders = new Set<string>();
  for (const source of input.sources) {
    if (source.trim() === '') {
      // A folder of that name would be the working directory, with whatever lies in it.
      draft.diagnostics.push(
        problem('FILE_NOT_FOUND', input.at ?? startOf('--inventory'), 'the name of an inventory is empty'),
      );
    } else if (source.includes(',')) readHostList(source, draft);
    else {
      const kind = await files.kind(source);
      folders.add(path.posix.normalize(kind === 'folder' ? source : path.posix.dirname(source)));
      if (kind === 'folder') await readFolder(files, source, draft);
      else await readSource(files, source, draft, input.at);
    }
  }
  completeGroups(draft);
  if (draft.hosts.size === 0 && draft.diagnostics.length === 0) {
    draft.diagnostics.push(problem('NO_HOSTS', at, 'the inventory names no host'));
  }
  const names = { groups: [...draft.groups.keys()], hosts: [...draft.hosts.keys()] };
  const inventory = [];
  for (const folder of folders) inventory.push(await readFolderVars(files, folder, names, draft.diagnostics));
  const beside = path.posix.normalize(input.playbookFolder ?? '.');
  const playbook = [];
  if (input.playbookFolder !== undefined && !folders.has(beside)) {
    playbook.push(await readFolderVars(files, beside, names, draft.diagnostics));
  }
  const diagnostics = inTextOrder(draft.diagnostics);
  return draft.lost ? { diagnostics } : { value: buildInventory(draft, { inventory, playbook }), diagnostics };
}

const skippedFolders = ['group_vars', 'host_vars'];
const skippedFiles = /^\.|~$|\.(orig|cfg|retry|pyc|pyo|bak|rst|md|txt|swp)$/;

async function readFolder(files: FileSource, folder: string, draft: Draft): Promise<void> {
  for (const entry of await files.list(folder)) {
    const file = path.posix.join(folder, entry);
    if (skippedFiles.test(entry)) continue;
    if ((await files.kind(file)) !== 'folder') await readSource(files, file, draft);
    else if (!skippedFolders.includes(entry)) await readFolder(files, file, draft);
  }
}

async function readSource(files: FileSource, file: string, draft: Draft, namedAt?: Span): Promise<void> {
  const result = await files.read(file);
  if ('error' in result) {
    draft.diagnostics.push(problem(result.error.code, namedAt ?? startOf(file), result.error.message));
    draft.lost = true;
    return;
  }
  draft.files.push(file);
  const foreign = foreignLine(file, result.bytes);
  if (foreign !== undefined) {
    const message = `${file} is ${foreign.what}: inventories are YAML`;
    const help = 'write it as YAML: "ansible-inventory --list --yaml" converts it';
    draft.diagnostics.push(problem('NOT_SUPPORTED', { ...startOf(file), line: foreign.line }, message, help));
    draft.lost = true;
    return;
  }
  const document = parseYaml(file, result.bytes);
  draft.diagnostics.push(...document.diagnostics);
  if (document.value === undefined) draft.lost = true;
  else readInventoryDocument(document.value, file, draft);
}

/** The first line that counts, when it shows that a file is no YAML. */
function foreignLine(file: string, bytes: Uint8Array): { readonly what: string; readonly line: number } | undefined {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  if (lines[0]?.startsWith('#!') === true) return { what: 'a program', line: 1 };
  const index = lines.findIndex((line) => /^\s*[^\s#]/.test(line));
  const first = lines[index]?.trim() ?? '';
  if (/^\[[^\]]*\]\s*([#;].*)?$/.test(first) || first.startsWith(';')) return { what: 'INI', line: index + 1 };
  const named = /\.(ya?ml|json)$/.test(file);
  if (file.endsWith('.ini') || (!named && first !== '' && !/^(---|\{|"|'|[^\s:=]+:(\s|$))/.test(first))) {
    return { what: 'not YAML', line: Math.max(1, index + 1) };
  }
  return undefined;
}
