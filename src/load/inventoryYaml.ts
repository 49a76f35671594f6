import type { MapEntry, MapValue, Value } from '../model/source.js';
import { suggest } from '../model/suggest.js';
import { draftGroup, draftHost } from './inventoryDraft.js';
import type { Draft, DraftGroup } from './inventoryDraft.js';
import { didYouMean, problem } from './problem.js';
import { expandRanges } from './ranges.js';
import { emptyMap, isNothing, isText, wrongType } from './shape.js';
import { checkVariables, variablesOf } from './variables.js';

const hostName = /^[A-Za-z0-9:][A-Za-z0-9._:-]{0,252}$/;
const groupName = /^[A-Za-z][A-Za-z0-9_.-]{0,252}$/;

/** Ranges multiply without effort; memory does not. */
const mostHosts = 50_000;

/** Adds one file of Ansible's YAML layout to the inventory. Its top keys are groups. */
export function readInventoryDocument(document: Value, file: string, draft: Draft): void {
  if (document.kind !== 'map') {
    const message = isNothing(document) ? `${file} is empty: it names no host` : 'an inventory must be a map of groups';
    draft.diagnostics.push(problem('WRONG_TYPE', document.at, message, 'all: { hosts: { kvm1: } }'));
    return;
  }
  const plugin = document.entries.find((entry) => entry.key === 'plugin' && entry.value.kind === 'scalar');
  if (plugin !== undefined) {
    draft.diagnostics.push(
      problem('NOT_SUPPORTED', plugin.keyAt, 'inventory plugins are not supported', 'write the hosts as YAML'),
    );
    return;
  }
  for (const entry of document.entries) readGroup(entry, file, draft, 'top');
}

/** Adds the hosts of a list on the command line: `kvm1,kvm2,`. */
export function readHostList(text: string, draft: Draft): void {
  let column = 1;
  for (const part of text.split(',')) {
    const name = part.trim();
    const at = { file: text, line: 1, column, length: Math.max(1, part.length) };
    column += part.length + 1;
    if (name === '') continue;
    addHosts({ key: name, keyAt: at, value: emptyMap(at) }, text, draft, draftGroup(draft, 'all', at));
  }
}

function readGroup(entry: MapEntry, file: string, draft: Draft, place: 'top' | 'child'): DraftGroup | undefined {
  const { key, keyAt, value } = entry;
  if (!groupName.test(key)) {
    const message = `"${key}" is not a name for a group: a letter, then letters, digits, ".", "_" and "-"`;
    draft.diagnostics.push(problem('WRONG_TYPE', keyAt, message));
    return undefined;
  }
  const group = draftGroup(draft, key, keyAt);
  if (place === 'top' || !isNothing(value)) {
    if (!group.defined) group.at = keyAt;
    group.defined = true;
  }
  if (isNothing(value)) return group;
  if (value.kind !== 'map') {
    draft.diagnostics.push(wrongType(value, `the group "${key}"`, 'a map with hosts, vars and children'));
    return group;
  }
  for (const part of value.entries) readGroupPart(part, group, file, draft);
  return group;
}

function readGroupPart(part: MapEntry, group: DraftGroup, file: string, draft: Draft): void {
  switch (part.key) {
    case 'hosts':
      for (const entry of namesOf(part, 'host', draft).entries) addHosts(entry, file, draft, group);
      return;
    case 'children':
      for (const entry of namesOf(part, 'group', draft).entries) {
        const child = readGroup(entry, file, draft, 'child');
        if (child !== undefined && !group.children.has(child.name)) group.children.set(child.name, entry.keyAt);
      }
      return;
    case 'vars':
      addGroupVars(part.value, group, file, draft);
      return;
    default: {
      const keys = ['hosts', 'vars', 'children'];
      const help = didYouMean(suggest(part.key, keys)) ?? 'a group has hosts, vars and children';
      draft.diagnostics.push(problem('UNKNOWN_KEY', part.keyAt, `a group has no key "${part.key}"`, help));
    }
  }
}

/** Hosts or children as a map; one text stands for one name. */
function namesOf({ key, value }: MapEntry, what: string, draft: Draft): MapValue {
  if (value.kind === 'map') return value;
  if (isText(value)) {
    return { kind: 'map', entries: [{ key: value.value, keyAt: value.at, value: nothingAt(value) }], at: value.at };
  }
  if (!isNothing(value)) {
    draft.diagnostics.push(wrongType(value, key, `a map of ${what}s`, `write each ${what} as a key: "name:"`));
  }
  return emptyMap(value.at);
}

function nothingAt(value: Value): Value {
  return { kind: 'scalar', value: null, at: value.at };
}

function addGroupVars(value: Value, group: DraftGroup, file: string, draft: Draft): void {
  draft.diagnostics.push(...checkVariables(value, 'inventory'));
  const vars = variablesOf(value);
  group.layers.push({ origin: `${file} group ${group.name}`, vars });
  const priority = vars.entries.find((entry) => entry.key === 'ansible_group_priority')?.value;
  if (priority?.kind === 'scalar' && typeof priority.value === 'number') group.priority = priority.value;
  else if (priority !== undefined) draft.diagnostics.push(wrongType(priority, 'ansible_group_priority', 'a number'));
}

function addHosts({ key, keyAt, value }: MapEntry, file: string, draft: Draft, group: DraftGroup): void {
  // Quotes would make the key longer in the file than its text.
  if (/^[0-9]+$/.test(key) && keyAt.length === key.length && !file.includes(',')) {
    draft.diagnostics.push(
      problem('WRONG_TYPE', keyAt, `the host name ${key} must be text, not a number`, `write "${key}":`),
    );
    return;
  }
  if (draft.full) return;
  const expansion = expandRanges(key);
  if ('error' in expansion) {
    draft.diagnostics.push(problem('BAD_PATTERN', keyAt, expansion.error));
    return;
  }
  if (draft.hosts.size + expansion.names.length > mostHosts) {
    draft.full = true;
    const message = `the inventory stands for more than ${mostHosts} hosts`;
    draft.diagnostics.push(problem('BAD_PATTERN', keyAt, message));
    return;
  }
  const bad = expansion.names.find((name) => !hostName.test(name));
  if (bad !== undefined) {
    const message = `"${bad}" is not a name for a host: letters, digits, ".", "_", ":" and "-", beginning with a letter or digit`;
    draft.diagnostics.push(problem('WRONG_TYPE', keyAt, message));
    return;
  }
  if (value.kind === 'map') draft.diagnostics.push(...checkVariables(value, 'inventory'));
  else if (!isNothing(value)) draft.diagnostics.push(wrongType(value, `the host "${key}"`, 'a map of variables'));
  const vars = variablesOf(value);
  for (const name of expansion.names) {
    const host = draftHost(draft, name, keyAt);
    if (vars.entries.length > 0) host.layers.push({ origin: `${file} host ${name}`, vars });
    group.hosts.add(name);
  }
}
