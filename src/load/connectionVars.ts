import type { Diagnostic } from '../model/diagnostic.js';
import type { MapEntry } from '../model/source.js';
import { suggest } from '../model/suggest.js';
import { param } from '../schema/param.js';
import type { Param } from '../schema/param.js';
import { checkValue } from '../schema/check.js';
import { didYouMean, problem } from './problem.js';
import { withLists } from './shape.js';

const file = param.string('A path on the controller; "~/" is your home.', { minLength: 1 });

/** The variables of Ansible that say how a host is reached, with their types. */
export const connectionParams = {
  ansible_host: param.string('The address to connect to.', {
    pattern: '^[A-Za-z0-9_:][A-Za-z0-9_.:%-]*$',
    expects: 'an IP address or host name',
    maxLength: 253,
  }),
  ansible_port: param.integer('The port of the SSH server.', { minimum: 1, maximum: 65535 }),
  ansible_user: param.string('The login user.', {
    pattern: '^[A-Za-z0-9_][A-Za-z0-9_.@\\\\-]*\\$?$',
    expects: 'the name of a user',
    maxLength: 256,
  }),
  ansible_connection: param.choice('How the host is reached.', ['ssh', 'local']),
  ansible_ssh_private_key_file: file,
  ansible_ssh_known_hosts_file: param.list('Files of known host keys; one may be written as text.', file),
  ansible_become: param.boolean('Whether commands run as another user.'),
  ansible_become_user: param.account('The user that commands run as.'),
  ansible_become_method: param.choice('How the user is changed.', ['sudo']),
} as const satisfies Readonly<Record<string, Param<unknown>>>;

export type ConnectionVar = keyof typeof connectionParams;

/** Connection variables in which one text stands for a list. */
export const listVars: readonly string[] = ['ansible_ssh_known_hosts_file'];

const noPasswords = 'passwords are not supported: log in with a key or an agent';
const noSudoPassword = 'passwords are not supported: allow sudo without a password (NOPASSWD) for the login user';

/** Variables that mean something to Ansible and nothing here, with what to do instead. */
const unsupported: Readonly<Record<string, string>> = {
  ansible_password: noPasswords,
  ansible_ssh_pass: noPasswords,
  ansible_ssh_password: noPasswords,
  ansible_become_pass: noSudoPassword,
  ansible_become_password: noSudoPassword,
  ansible_sudo_pass: noSudoPassword,
  ansible_ssh_private_key: 'name a file with ansible_ssh_private_key_file',
  ansible_ssh_private_key_passphrase: 'load the key into an agent',
  ansible_ssh_host: 'write ansible_host',
  ansible_ssh_port: 'write ansible_port',
  ansible_ssh_user: 'write ansible_user',
  ansible_private_key_file: 'write ansible_ssh_private_key_file',
  ansible_become_flags: 'not part of the language yet',
  ansible_become_exe: 'not part of the language yet',
  ansible_ssh_common_args: 'not part of the language yet',
  ansible_ssh_extra_args: 'not part of the language yet',
  ansible_host_key_checking: 'write host_key_checking in stowage.yml',
  ansible_ssh_host_key_checking: 'write host_key_checking in stowage.yml',
  ansible_ssh_timeout: 'write connect_timeout in stowage.yml',
  ansible_timeout: 'write connect_timeout in stowage.yml',
};

/** Variables of Ansible without a meaning here that do no harm: nothing is interpreted on the host. */
const harmless = ['ansible_python_interpreter', 'ansible_group_priority'];

export function isConnectionVar(name: string): name is ConnectionVar {
  return Object.hasOwn(connectionParams, name);
}

/** Checks one variable whose name begins with `ansible_`. Values are never repeated: they may be passwords. */
export function checkAnsibleVar(entry: MapEntry): readonly Diagnostic[] {
  const { key, keyAt } = entry;
  if (isConnectionVar(key)) return checkConnectionVar(key, entry);
  if (Object.hasOwn(unsupported, key)) {
    return [problem('NOT_SUPPORTED', keyAt, `${key} is not supported`, unsupported[key])];
  }
  if (harmless.includes(key)) return [];
  const near = suggest(key, Object.keys(connectionParams));
  return near === undefined
    ? []
    : [problem('UNKNOWN_KEY', keyAt, `${key} is no connection variable`, didYouMean(near))];
}

function checkConnectionVar(key: ConnectionVar, entry: MapEntry): readonly Diagnostic[] {
  const { value } = entry;
  if (key === 'ansible_become_method' && value.kind === 'scalar' && value.value !== 'sudo') {
    return [problem('NOT_SUPPORTED', value.at, 'sudo is the only method there is yet', 'write sudo')];
  }
  const [normal] = withLists({ kind: 'map', entries: [entry], at: entry.keyAt }, listVars).entries;
  return checkValue(normal?.value ?? value, connectionParams[key]).diagnostics;
}
