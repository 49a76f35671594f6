import type { ExitCode } from '../../model/exitCode.js';
import type { CommonFlags } from '../options.js';
import { requestOf } from '../options.js';
import { load } from '../shared.js';
import type { Shell } from '../shared.js';

/** `stowage inventory`: the hosts of the playbook as they would be connected to, and the groups. Opens no connection. */
export async function inventory(shell: Shell, playbook: string | undefined, flags: CommonFlags): Promise<ExitCode> {
  const project = await load(shell, requestOf(playbook, flags), flags);
  if (project === undefined) return 5;
  const hosts = Object.values(project.graph.hosts).map(({ name, target, mayChange }) => ({
    name,
    connection: target.kind === 'ssh' ? `${target.user}@${target.address}:${String(target.port)}` : 'local',
    groups: project.inventory.hosts.get(name)?.groups ?? [],
    mayChange,
  }));
  if (flags.json === true) {
    shell.terminal.out.write(`${JSON.stringify(hosts, null, 2)}\n`);
    return 0;
  }
  const width = Math.max(...hosts.map(({ name }) => name.length));
  for (const { name, connection, groups, mayChange } of hosts) {
    const limited = mayChange ? '' : '  (outside the limit: only looked at)';
    shell.terminal.out.write(`${name.padEnd(width)}  ${connection}  ${groups.join(', ')}${limited}\n`);
  }
  return 0;
}
