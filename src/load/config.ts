import path from 'node:path';
import type { Checked } from '../model/diagnostic.js';
import type { Value } from '../model/source.js';
import { param } from '../schema/param.js';
import type { Infer } from '../schema/param.js';
import { checkValue } from '../schema/check.js';
import { readDocument } from './document.js';
import type { FileSource } from './files.js';
import { emptyMap, isNothing, withLists, wrongType } from './shape.js';

/** What `stowage.yml` may hold: its documentation, its check and its defaults. */
export const configParam = param.object(
  {
    inventory: param.withDefault(
      param.list('Inventory files, folders or host lists ("kvm1,kvm2,"); one may be written as text.', text('Source.')),
      [],
    ),
    playbook: param.optional(text('The playbook that commands use when none is named.')),
    modules: param.withDefault(param.list('Folders of your own modules.', text('Folder.')), []),
    forks: param.withDefault(
      param.integer('How many hosts are worked on at the same time.', { minimum: 1, maximum: 1000 }),
      20,
    ),
    remote_user: param.optional(text('The login user where the inventory names none.')),
    private_key_file: param.optional(text('The private key where the inventory names none.')),
    known_hosts: param.withDefault(
      param.list('Files of known host keys; one may be written as text.', text('File.')),
      [],
    ),
    host_key_checking: param.withDefault(
      param.choice('Whether host keys must be known, are learned at first sight, or are not checked.', [
        'strict',
        'accept-new',
        'off',
      ]),
      'strict',
    ),
    connect_timeout: param.withDefault(
      param.integer('Seconds to connect and log in.', { minimum: 1, maximum: 3600 }),
      10,
    ),
    step_timeout: param.withDefault(
      param.integer('Seconds that a step may take.', { minimum: 1, maximum: 86400 }),
      300,
    ),
  },
  'Settings of a project.',
);

function text(description: string) {
  return param.string(description, { minLength: 1 });
}

/** Settings of a project. Paths are relative to the working directory, absolute, or begin with `~/`. */
export interface Config {
  readonly inventory: readonly string[];
  readonly playbook?: string;
  readonly modules: readonly string[];
  readonly forks: number;
  readonly remoteUser?: string;
  readonly privateKeyFile?: string;
  readonly knownHosts: readonly string[];
  readonly hostKeyChecking: 'strict' | 'accept-new' | 'off';
  /** Seconds. */
  readonly connectTimeout: number;
  /** Seconds. */
  readonly stepTimeout: number;
}

/** The settings of a project without a `stowage.yml`. */
export const defaultConfig: Config = {
  inventory: [],
  modules: [],
  forks: 20,
  knownHosts: [],
  hostKeyChecking: 'strict',
  connectTimeout: 10,
  stepTimeout: 300,
};

/** Reads `stowage.yml`; an empty file gives the defaults. Paths in it are relative to its folder. */
export async function loadConfig(files: FileSource, file: string): Promise<Checked<Config>> {
  const document = await readDocument(files, file);
  if (document.value === undefined) return { diagnostics: document.diagnostics };
  const checked = checkConfig(document.value);
  const diagnostics = [...document.diagnostics, ...checked.diagnostics];
  if (checked.value === undefined) return { diagnostics };
  return { value: inFolder(checked.value, path.posix.dirname(file)), diagnostics };
}

function checkConfig(document: Value): Checked<Infer<typeof configParam>> {
  const value = isNothing(document) ? emptyMap(document.at) : document;
  if (value.kind !== 'map') return { diagnostics: [wrongType(value, 'the settings', 'a map of keys')] };
  const checked = checkValue(withLists(value, ['inventory', 'known_hosts']), configParam);
  if (checked.diagnostics.length > 0 || checked.value === undefined) return { diagnostics: checked.diagnostics };
  // `checkValue` has validated it against `configParam`.
  return { value: checked.value as Infer<typeof configParam>, diagnostics: [] };
}

function inFolder(raw: Infer<typeof configParam>, folder: string): Config {
  const located = (file: string): string => (/^(\/|~\/)/.test(file) ? file : path.posix.join(folder, file));
  return {
    inventory: raw.inventory.map((source) => (source.includes(',') ? source : located(source))),
    ...(raw.playbook === undefined ? {} : { playbook: located(raw.playbook) }),
    modules: raw.modules.map(located),
    forks: raw.forks,
    ...(raw.remote_user === undefined ? {} : { remoteUser: raw.remote_user }),
    ...(raw.private_key_file === undefined ? {} : { privateKeyFile: located(raw.private_key_file) }),
    knownHosts: raw.known_hosts.map(located),
    hostKeyChecking: raw.host_key_checking,
    connectTimeout: raw.connect_timeout,
    stepTimeout: raw.step_timeout,
  };
}
