import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from './lab.js';

/** A folder that does not outlive its controller. */
export interface LabDir {
  readonly path: string;
  remove(): Promise<void>;
}

export interface HostEntry {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Who logs in. */
  readonly user: string;
  readonly hostPublicKey: string;
}

/**
 * Makes the folder of a lab, readable by its user alone. A small process outside waits for the end of the controller,
 * however it comes, and removes the folder then.
 * @param wanted where; must not exist yet. Absent = a new folder among the temporary ones
 */
export async function makeLabDir(wanted: string | undefined): Promise<LabDir> {
  if (wanted !== undefined) await mkdir(wanted, { mode: 0o700 });
  const path = await realpath(wanted ?? (await mkdtemp(join(tmpdir(), 'stowage-lab-'))));
  const remover = spawn('/bin/sh', ['-c', 'read -r _; rm -rf -- "$1"', 'remover', path], {
    cwd: '/',
    // A session of its own: Ctrl-C on the terminal reaches the controller, not what cleans up after it.
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(remover, 'exit');
  return {
    path,
    async remove() {
      remover.stdin.end();
      await ended;
    },
  };
}

/** Writes what a user of the lab needs: inventory, key, known hosts and a configuration that names them. */
export async function writeLabFiles(
  dir: string,
  privateKey: string,
  hosts: readonly HostEntry[],
): Promise<Pick<Lab, 'inventoryFile' | 'knownHostsFile' | 'keyFile' | 'configFile'>> {
  const files = {
    inventoryFile: join(dir, 'inventory.yml'),
    knownHostsFile: join(dir, 'known_hosts'),
    keyFile: join(dir, 'id_ed25519'),
    configFile: join(dir, 'stowage.yml'),
  };
  await writeFile(files.keyFile, privateKey, { mode: 0o600 });
  await writeFile(files.knownHostsFile, hosts.map(knownHost).join(''));
  await writeFile(files.inventoryFile, inventory(hosts, files.keyFile));
  await writeFile(files.configFile, config);
  return files;
}

const config = `# Paths are relative to this file.
inventory: inventory.yml
known_hosts: known_hosts
host_key_checking: strict
private_key_file: id_ed25519
`;

function knownHost(host: HostEntry): string {
  const name = host.port === 22 ? host.address : `[${host.address}]:${String(host.port)}`;
  return `${name} ${host.hostPublicKey}\n`;
}

function inventory(hosts: readonly HostEntry[], keyFile: string): string {
  const entries = hosts.map(
    (host) => `    ${host.name}:
      ansible_host: ${host.address}
      ansible_port: ${String(host.port)}
      ansible_user: ${host.user}
      ansible_ssh_private_key_file: ${JSON.stringify(keyFile)}
`,
  );
  return `hypervisors:\n  hosts:\n${entries.join('')}`;
}
