import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import type { Lab, LabHost } from './lab.js';

/** Set in the run of this same file as an ordinary user. */
export const asUser = process.env.STOWAGE_LAB_AS_USER !== undefined;

/** Runs a script that must succeed in silence; gives its stdout without the spaces around it. */
export async function output(host: LabHost, script: string): Promise<string> {
  const result = await host.run(['sh', '-c', script]);
  expect(result, script).to.include({ code: 0, stderr: '' });
  return result.stdout.trim();
}

/** What the processes of a host have in common and no other process on the machine has. */
export function pidNamespaces(lab: Lab): Promise<string[]> {
  return Promise.all(lab.hosts.map((host) => output(host, 'readlink /proc/self/ns/pid')));
}

export function processesIn(namespaces: readonly string[]): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return namespaces.includes(readlinkSync(`/proc/${pid}/ns/pid`));
    } catch {
      return false; // ended meanwhile, or another user's
    }
  });
}

/** Asks again and again; the deadline is for a lab that never goes. */
export async function gone(namespaces: readonly string[], dir: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (processesIn(namespaces).length > 0 || existsSync(dir)) {
    if (Date.now() > deadline) throw new Error(`still there: ${processesIn(namespaces).join(' ')} ${dir}`);
    await pause(20);
  }
}

/** Logs in as a user of the lab does. */
export async function connection(host: LabHost, lab: Lab): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  const ready = once(client, 'ready');
  client.connect({ host: host.address, port: host.port, username: 'root', privateKey: readFileSync(lab.keyFile) });
  await ready;
  client.on('error', () => undefined);
  return client;
}

/** Starts a command on a connection. */
export function open(client: ssh2.Client, command: string): Promise<ssh2.ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

/** Runs a command by SSH and gives its stdout without the spaces around it. */
export async function overSsh(host: LabHost, lab: Lab, command: string): Promise<string> {
  const client = await connection(host, lab);
  const channel = await open(client, command);
  let text = '';
  channel.on('data', (data: Buffer) => (text += data.toString()));
  await once(channel, 'close');
  client.end();
  return text.trim();
}
