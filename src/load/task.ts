import type { Diagnostic } from '../model/diagnostic.js';
import type { Task } from '../model/playbook.js';
import { entryOf } from '../model/source.js';
import type { MapEntry, MapValue, Span, Value } from '../model/source.js';
import { suggest } from '../model/suggest.js';
import type { Catalog, SealedModule } from '../module/define.js';
import { checkValue } from '../schema/check.js';
import type { Env } from '../text/evaluate.js';
import { notSupported, replacementOf, taskKeys } from './ansibleWords.js';
import { becomeOf, conditionsOf, plainText, registerOf, tagsOf, timeoutOf } from './fields.js';
import { hasLoop, namesDefinedBy } from './lostNames.js';
import { didYouMean, problem } from './problem.js';
import { emptyMap, hasControls, isNothing, textOf, wrongType } from './shape.js';
import { checkTexts, checkVariables, variablesOf } from './variables.js';

/** What reading a task needs besides its text. */
export interface TaskContext {
  readonly catalog: Catalog;
  /** Knows every name, and the shape of the facts: for checks of syntax. */
  readonly env: Env;
  readonly diagnostics: Diagnostic[];
  /** Gets the names that tasks define which cannot be used. */
  readonly lost: string[];
}

/** Reads one task; absent when it names no module that exists, or no parameters that can be read. */
export function readTask(value: Value, context: TaskContext): Task | undefined {
  const task = taskOf(value, context);
  if (task === undefined || hasLoop(value)) context.lost.push(...namesDefinedBy(value));
  return task;
}

function taskOf(value: Value, context: TaskContext): Task | undefined {
  const { diagnostics, env } = context;
  if (value.kind !== 'map') {
    diagnostics.push(wrongType(value, 'a task', 'a map'));
    return undefined;
  }
  const fields = {
    name: plainText(value, 'name', diagnostics),
    when: conditionsOf(value, 'when', env, diagnostics),
    changedWhen: conditionsOf(value, 'changed_when', env, diagnostics),
    failedWhen: conditionsOf(value, 'failed_when', env, diagnostics),
    tags: tagsOf(value, diagnostics),
    become: becomeOf(value, diagnostics),
    at: value.at,
  };
  const register = registerOf(value, diagnostics);
  const timeout = timeoutOf(value, diagnostics);
  const vars = entryOf(value, 'vars')?.value;
  if (vars !== undefined) diagnostics.push(...checkVariables(vars, 'playbook', env));
  const used = moduleOf(value, context);
  if (used === undefined) return undefined;
  const params = readParams(used.entry, used.module, context);
  if (params === undefined) return undefined;
  return {
    ...fields,
    name: fields.name ?? defaultName(used.module.name, params),
    module: used.module.name,
    moduleAt: used.entry.keyAt,
    params,
    ...(register === undefined ? {} : { register }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(vars === undefined ? {} : { vars: variablesOf(vars) }),
  };
}

/** Checks the parameters of a module or composite as far as they are known. */
export function checkParams(params: MapValue, module: SealedModule, context: TaskContext, keyAt?: Span): void {
  const { diagnostics, env } = context;
  const options = keyAt === undefined ? {} : { keyAt };
  diagnostics.push(...checkValue(params, module.params, options).diagnostics, ...checkTexts(params, env));
}

function readParams(entry: MapEntry, module: SealedModule, context: TaskContext): MapValue | undefined {
  const { key, keyAt, value } = entry;
  if (value.kind === 'map') {
    checkParams(value, module, context, keyAt);
    return value;
  }
  if (isNothing(value)) {
    const none = emptyMap(keyAt);
    checkParams(none, module, context, keyAt);
    return none;
  }
  if (textOf(value) === undefined) context.diagnostics.push(wrongType(value, key, 'a map of parameters'));
  else {
    const help = `write each parameter on a line below "${key}:", e.g. "${firstParam(module)}: …"`;
    context.diagnostics.push(
      problem('NOT_SUPPORTED', value.at, `parameters of ${key} in one line are not supported`, help),
    );
  }
  return undefined;
}

function firstParam(module: SealedModule): string {
  const { properties } = module.params.schema;
  return Object.keys(typeof properties === 'object' && properties !== null ? properties : {})[0] ?? 'name';
}

interface UsedModule {
  readonly entry: MapEntry;
  readonly module: SealedModule;
}

/** Finds the one key that names a module, and reports every key that means nothing. */
function moduleOf(task: MapValue, { catalog, diagnostics }: TaskContext): UsedModule | undefined {
  const used: UsedModule[] = [];
  const unknown: MapEntry[] = [];
  let replaced = false;
  for (const entry of task.entries) {
    if (taskKeys.includes(entry.key)) continue;
    const module = catalog.modules.get(entry.key.replace(/^ansible\.builtin\./, ''));
    const replacement = replacementOf(entry.key, 'task');
    if (module !== undefined) used.push({ entry, module });
    else if (replacement === undefined) unknown.push(entry);
    else {
      replaced = true;
      diagnostics.push(notSupported(entry, replacement));
    }
  }
  diagnostics.push(...unknownKeys(unknown, used.length > 0, catalog));
  const [first, second] = used;
  if (second !== undefined) {
    const names = used.map(({ entry }) => entry.key).join(', ');
    const message = `a task has one module, this one names ${names}`;
    diagnostics.push(problem('NOT_ONE_MODULE', second.entry.keyAt, message, 'write a task for each'));
  }
  if (first === undefined) {
    if (unknown.length === 0 && !replaced) {
      diagnostics.push(problem('NOT_ONE_MODULE', task.at, 'the task names no module'));
    }
    return undefined;
  }
  if (first.module.kind !== 'composite') return first;
  const message = `${first.module.name} is a storage object, not a task`;
  const help = `write it under "${first.module.name}s" of the play`;
  diagnostics.push(problem('NOT_SUPPORTED', first.entry.keyAt, message, help));
  return undefined;
}

function unknownKeys(entries: readonly MapEntry[], hasModule: boolean, catalog: Catalog): readonly Diagnostic[] {
  const modules = [...catalog.modules.values()].filter(({ kind }) => kind !== 'composite').map(({ name }) => name);
  return entries.map(({ key, keyAt }) => {
    const nearKey = suggest(key, taskKeys);
    const nearModule = suggest(key.replace(/^ansible\.builtin\./, ''), modules);
    if (hasModule || (nearKey !== undefined && (nearModule === undefined || entries.length > 1))) {
      const near = nearKey ?? (hasModule ? undefined : nearModule);
      return problem('UNKNOWN_KEY', keyAt, `a task has no key "${key}"`, didYouMean(near));
    }
    const help = didYouMean(nearModule) ?? (modules.length > 0 ? `there are ${modules.sort().join(', ')}` : undefined);
    return problem('UNKNOWN_MODULE', keyAt, `there is no module "${key}"`, help);
  });
}

/** A name such as `file: /srv/images` for a task without one. */
function defaultName(module: string, params: MapValue): string {
  const main = ['name', 'path', 'dest', 'src', 'argv'].flatMap((key) => entryOf(params, key) ?? [])[0];
  const value = (main ?? params.entries[0])?.value;
  const texts = value?.kind === 'list' ? value.items.map(textOf) : value === undefined ? [] : [textOf(value)];
  const text = texts.flatMap((part) => part?.text ?? []).join(' ');
  if (text === '' || hasControls(text)) return module;
  return `${module}: ${text.length > 60 ? `${text.slice(0, 59)}…` : text}`;
}
