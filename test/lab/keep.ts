import { startEmbeddedLab } from './embedded.js';
import type { Lab } from './lab.js';

const mostHosts = 50;

/**
 * Keeps a lab up until SIGINT or SIGTERM, after telling how to use it.
 * @param count how many hosts, as the user wrote it; absent = 3
 * @returns the exit code
 * @throws Error when the lab cannot start
 */
export async function keepLab(count = '3'): Promise<number> {
  const hosts = Number(count);
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > mostHosts) {
    process.stderr.write(`usage: npm run lab [-- HOSTS], with 1 to ${String(mostHosts)} hosts\n`);
    return 5;
  }
  // Waited for from the start, so that no signal can come between.
  const asked = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  const lab = await startEmbeddedLab({ hosts, shared: true });
  process.stdout.write(guide(lab));
  await asked;
  await lab.stop();
  process.stdout.write('\nThe lab is gone.\n');
  return 0;
}

function guide(lab: Lab): string {
  const [first] = lab.hosts;
  if (first === undefined) throw new Error('a lab without hosts');
  const names = lab.hosts.map(({ name }) => name).join(' ');
  const stowage = (words: string): string =>
    `node dist/src/cli/main.js ${words} playbooks/getting-started.yml --config ${lab.configFile}`;
  const ssh = `ssh -i ${lab.keyFile} -o UserKnownHostsFile=${lab.knownHostsFile} -p ${String(first.port)} root@${first.address}`;
  return `Hosts in the group hypervisors: ${names}
They share /srv/shared; /usr is this machine's, read-only; everything else is their own, in memory.
${lab.uids === 'one' ? 'qemu access: not provable here (one uid)\n' : ''}
  inventory      ${lab.inventoryFile}
  configuration  ${lab.configFile}
  known hosts    ${lab.knownHostsFile}
  private key    ${lab.keyFile}

Try in another terminal, in this folder:

  ${stowage('plan -D')}
  ${stowage('apply')}
  ${ssh} 'uname -n; ls -la /home'

Ctrl-C ends the hosts and removes everything.
`;
}
