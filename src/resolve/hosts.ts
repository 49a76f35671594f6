import path from 'node:path';
import type { Diagnostic } from '../model/diagnostic.js';
import type { HostTarget, Scope } from '../model/graph.js';
import type { Json } from '../model/json.js';
import type { InventoryHost } from '../model/inventory.js';
import { connectionParams, isConnectionVar, listVars } from '../load/connectionVars.js';
import type { ConnectionVar } from '../load/connectionVars.js';
import { problem } from '../load/problem.js';
import { withLists } from '../load/shape.js';
import type { Value } from '../model/source.js';
import type { Infer } from '../schema/param.js';
import { checkJson } from '../schema/check.js';
import type { Env } from '../text/evaluate.js';
import { evaluate } from '../text/evaluate.js';
import type { ResolveInput } from './input.js';

type Connection = { readonly [K in ConnectionVar]?: Infer<(typeof connectionParams)[K]> };

/** How a host is reached, and what its variables say about `become`. */
export interface HostAccess {
  readonly target: HostTarget;
  readonly become: boolean;
  readonly becomeUser: string;
}

/** Makes the way to a host out of its variables; they must be known before anything is connected. */
export function accessOf(
  input: ResolveInput,
  host: InventoryHost,
  scope: Scope,
  env: Env,
): { readonly access: HostAccess; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const values: Record<string, Json> = {};
  for (const [name, value] of Object.entries(scope)) {
    if (!isConnectionVar(name)) continue;
    const known = knownValue(name, value, env, diagnostics);
    if (known !== undefined) values[name] = known;
  }
  // Each value was validated against the parameter of its name.
  const connection = values as Connection;
  const access = {
    target: targetOf(input, host, connection),
    become: connection.ansible_become ?? false,
    becomeUser: connection.ansible_become_user ?? 'root',
  };
  return { access, diagnostics };
}

function knownValue(name: ConnectionVar, value: Value, env: Env, diagnostics: Diagnostic[]): Json | undefined {
  const entry = { key: name, keyAt: value.at, value };
  const [normal] = withLists({ kind: 'map', entries: [entry], at: value.at }, listVars).entries;
  const source = normal?.value ?? value;
  const result = evaluate(source, env);
  switch (result.kind) {
    case 'error':
      diagnostics.push(...result.diagnostics);
      return undefined;
    case 'late': {
      const message = `${name} must be known before the host is reached, it depends on ${result.names.join(', ')}`;
      diagnostics.push(problem('TOO_LATE', value.at, message));
      return undefined;
    }
    case 'known': {
      const checked = checkJson(result.value, connectionParams[name], source);
      diagnostics.push(...checked.diagnostics);
      return checked.diagnostics.length > 0 ? undefined : checked.value;
    }
  }
}

const usualKeys = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];
const usualKnownHosts = ['~/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'];

function targetOf({ config, controller }: ResolveInput, host: InventoryHost, connection: Connection): HostTarget {
  if (connection.ansible_connection === 'local') return { kind: 'local', user: controller.user };
  const key = connection.ansible_ssh_private_key_file ?? config.privateKeyFile;
  const configured = config.knownHosts.length > 0 ? config.knownHosts : usualKnownHosts;
  const absolute = (file: string): string => absolutePath(file, controller);
  return {
    kind: 'ssh',
    address: connection.ansible_host ?? host.name,
    port: connection.ansible_port ?? 22,
    user: connection.ansible_user ?? config.remoteUser ?? controller.user,
    keyFiles: (key === undefined ? usualKeys : [key]).map(absolute),
    ...(controller.agent === undefined ? {} : { agent: controller.agent }),
    knownHosts: (connection.ansible_ssh_known_hosts_file ?? configured).map(absolute),
    hostKeyChecking: config.hostKeyChecking,
    connectTimeout: config.connectTimeout,
  };
}

function absolutePath(file: string, { home, cwd }: ResolveInput['controller']): string {
  if (file === '~' || file.startsWith('~/')) return path.posix.join(home, file.slice(1));
  return path.posix.resolve(cwd, file);
}
