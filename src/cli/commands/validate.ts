import { changeable } from '../../app.js';
import type { ExitCode } from '../../model/exitCode.js';
import { count } from '../../report/quantities.js';
import type { CommonFlags } from '../options.js';
import { requestOf } from '../options.js';
import { load } from '../shared.js';
import type { Shell } from '../shared.js';

/** `stowage validate`: finds every mistake of playbook and inventory; opens no connection. */
export async function validate(shell: Shell, playbook: string | undefined, flags: CommonFlags): Promise<ExitCode> {
  const project = await load(shell, requestOf(playbook, flags), flags);
  if (project === undefined) return 5;
  const tasks = project.graph.nodes.filter(({ kind }) => kind === 'module').length;
  const hosts = changeable(project.graph).length;
  if (flags.json === true) {
    shell.terminal.out.write(`${JSON.stringify({ valid: true, playbook: project.playbook, tasks, hosts }, null, 2)}\n`);
  } else {
    const checked = `${count(tasks, 'task')} on ${count(hosts, 'host')}`;
    shell.terminal.out.write(`${project.playbook} is valid (checked ${checked}, no host was contacted)\n`);
  }
  return 0;
}
