import path from 'node:path';
import { isEnough } from '../model/diagnostic.js';
import type { Checked, Diagnostic } from '../model/diagnostic.js';
import { sectionNames } from '../model/playbook.js';
import type { Play, Playbook, Section, SectionName, Task, Text } from '../model/playbook.js';
import { entryOf } from '../model/source.js';
import type { MapEntry, MapValue, Value } from '../model/source.js';
import type { Catalog } from '../module/define.js';
import type { Env } from '../text/evaluate.js';
import { checkPlayKey, meantPlayKey } from './ansibleWords.js';
import { readDocument } from './document.js';
import { factsParam } from './facts.js';
import { becomeOf, plainText, tagsOf } from './fields.js';
import type { FileSource } from './files.js';
import { objectName } from './objectName.js';
import { inTextOrder, problem } from './problem.js';
import { describeValue, isNothing, joinTexts, textOf, wrongType } from './shape.js';
import { checkParams, readTask } from './task.js';
import type { TaskContext } from './task.js';
import { checkVariables, openEnv, variablesOf } from './variables.js';
import { chooseVarsFiles } from './varsFiles.js';
import type { VarsFiles } from './varsFiles.js';

/** Reads a playbook with the files that its plays name in `vars_files`. */
export async function readPlaybook(files: FileSource, file: string, catalog: Catalog): Promise<Checked<Playbook>> {
  const document = await readDocument(files, file);
  if (document.value === undefined) return { diagnostics: document.diagnostics };
  const chosen = await chooseVarsFiles(files, document.value, path.posix.dirname(file));
  const loaded = loadPlaybook(document.value, file, catalog, chosen.value);
  const diagnostics = inTextOrder([...document.diagnostics, ...chosen.diagnostics, ...loaded.diagnostics]);
  return loaded.value === undefined ? { diagnostics } : { value: loaded.value, diagnostics };
}

/**
 * Makes a playbook of its document and names everything that is wrong with it in one pass. What cannot be made sense of
 * is left out of the value.
 * @param varsFiles variables of the files that plays name, by the place of their list
 */
export function loadPlaybook(
  document: Value,
  file: string,
  catalog: Catalog,
  varsFiles: VarsFiles = new Map(),
): Checked<Playbook> {
  if (document.kind !== 'list') {
    const what = isNothing(document) ? 'it is empty' : `this is ${describeValue(document)}`;
    const help = 'begin with "- hosts: …"';
    return { diagnostics: [problem('WRONG_TYPE', document.at, `a playbook is a list of plays, ${what}`, help)] };
  }
  const diagnostics: Diagnostic[] = [];
  if (document.items.length === 0) {
    diagnostics.push(problem('MISSING_KEY', document.at, 'the playbook holds no play', 'begin with "- hosts: …"'));
  }
  const lost: string[] = [];
  const context: TaskContext = { catalog, env: syntaxEnv(catalog), diagnostics, lost };
  const plays = untilEnough(document.items, context, (item) => readPlay(item, context, varsFiles) ?? []);
  return { value: { file, plays, lost }, diagnostics: inTextOrder(diagnostics) };
}

/** Knows every name as known later, and the shape of the facts: mistakes in texts show without any host. */
function syntaxEnv(catalog: Catalog): Env {
  const facts = { kind: 'late', shape: factsParam(catalog) } as const;
  return {
    lookup: (name) => (name === 'facts' ? facts : openEnv.lookup(name)),
    names: openEnv.names,
  };
}

function readPlay(value: Value, context: TaskContext, varsFiles: VarsFiles): Play | undefined {
  const { diagnostics } = context;
  if (value.kind !== 'map') {
    diagnostics.push(wrongType(value, 'a play', 'a map'));
    return undefined;
  }
  diagnostics.push(...value.entries.flatMap(checkPlayKey));
  const name = plainText(value, 'name', diagnostics);
  const hosts = readHosts(value, diagnostics);
  const become = becomeOf(value, diagnostics);
  const tags = tagsOf(value, diagnostics);
  const vars = readVars(value, context, varsFiles);
  const sections = sectionNames.flatMap((section) => {
    const entry = entryOf(value, section);
    return entry === undefined ? [] : [{ name: section, tasks: readSection(entry, section, context) }];
  });
  if (hosts === undefined) {
    const tasks = sections.flatMap((section) => section.tasks);
    context.lost.push(...tasks.flatMap((task) => task.register ?? []));
    return undefined;
  }
  return {
    name: name ?? hosts.text.split('\n').join(','),
    hosts,
    become,
    tags,
    ...(vars === undefined ? {} : { vars }),
    sections,
    at: value.at,
  };
}

function readHosts(play: MapValue, diagnostics: Diagnostic[]): Text | undefined {
  const value = entryOf(play, 'hosts')?.value;
  const imports = play.entries.some(({ key }) => /^(ansible\.builtin\.)?import_playbook$/.test(key));
  if (value === undefined) {
    const misspelt = play.entries.some(({ key }) => meantPlayKey(key) === 'hosts');
    if (!imports && !misspelt) {
      diagnostics.push(problem('MISSING_KEY', play.at, 'the play does not say its hosts', 'hosts: all'));
    }
    return undefined;
  }
  const items = value.kind === 'list' ? value.items : [value];
  const texts = items.flatMap((item) => {
    const text = item.kind === 'cel' ? undefined : textOf(item);
    if (text === undefined) diagnostics.push(wrongType(item, 'hosts', 'a pattern or a list of patterns'));
    return text ?? [];
  });
  if (texts.length < items.length) return undefined;
  if (texts.every((text) => text.text.trim() === '')) {
    diagnostics.push(problem('MISSING_KEY', value.at, 'hosts is empty', 'write "all" for every host'));
    return undefined;
  }
  return texts.length === 1 ? texts[0] : joinTexts(texts, value.at);
}

/** Variables of a play; those of `vars_files` win, as in Ansible. */
function readVars(play: MapValue, context: TaskContext, varsFiles: VarsFiles): MapValue | undefined {
  const own = entryOf(play, 'vars')?.value;
  if (own !== undefined) context.diagnostics.push(...checkVariables(own, 'playbook', context.env));
  const list = entryOf(play, 'vars_files');
  const maps = (list === undefined ? [] : (varsFiles.get(list) ?? [])).map((value) => {
    context.diagnostics.push(...checkVariables(value, 'playbook', context.env));
    return variablesOf(value);
  });
  if (own === undefined && maps.length === 0) return undefined;
  const entries = new Map<string, MapEntry>();
  for (const map of [...(own === undefined ? [] : [variablesOf(own)]), ...maps]) {
    for (const entry of map.entries) entries.set(entry.key, entry);
  }
  return { kind: 'map', entries: [...entries.values()], at: own?.at ?? play.at };
}

function readSection({ value }: MapEntry, section: SectionName, context: TaskContext): Section['tasks'] {
  if (isNothing(value)) return [];
  if (value.kind !== 'list') {
    const what = section.endsWith('tasks') ? 'tasks' : 'storage objects';
    context.diagnostics.push(wrongType(value, section, `a list of ${what}`));
    return [];
  }
  switch (section) {
    case 'pre_tasks':
    case 'tasks':
    case 'post_tasks':
      return untilEnough(value.items, context, (item) => readTask(item, context) ?? []);
    case 'image_storages':
    case 'media_storages':
    case 'direct_storages':
      return readObjects(value.items, section, context);
  }
}

/** Reads items one after the other; what follows too many mistakes is left out. */
function untilEnough<T>(
  items: readonly Value[],
  { diagnostics }: TaskContext,
  read: (item: Value) => T | readonly T[],
): readonly T[] {
  return items.flatMap((item) => (isEnough(diagnostics) ? [] : read(item)));
}

/** Storage objects use the composite named after their section: `image_storages` -> `image_storage`. */
function readObjects(items: readonly Value[], section: SectionName, context: TaskContext): readonly Task[] {
  const { catalog, diagnostics } = context;
  const name = section.slice(0, -1);
  const module = catalog.modules.get(name);
  const [first] = items;
  if (module?.kind !== 'composite') {
    const words = section.replace('_', ' ');
    if (first !== undefined) diagnostics.push(problem('NOT_SUPPORTED', first.at, `${words} are not there yet`));
    return [];
  }
  return untilEnough(items, context, (item) => {
    if (item.kind !== 'map') {
      diagnostics.push(wrongType(item, `an item of ${section}`, 'a map'));
      return [];
    }
    checkParams(item, module, context);
    const title = entryOf(item, 'name')?.value;
    const label = title === undefined ? undefined : textOf(title)?.text;
    return [
      {
        name: objectName(name, label),
        module: name,
        params: item,
        when: [],
        changedWhen: [],
        failedWhen: [],
        tags: [],
        become: {},
        at: item.at,
      },
    ];
  });
}
