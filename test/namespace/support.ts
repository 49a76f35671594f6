import { spawn } from 'node:child_process';
import type { Context } from 'mocha';
import { finish } from '../lab/finish.js';
import { LabUnavailable } from '../lab/namespace/image.js';
import { startNamespaceLab } from '../lab/namespace.js';
import type { NamespaceLab, NamespaceLabOptions } from '../lab/namespace.js';
import type { LabHost, LabResult } from '../lab/lab.js';

/** Long enough for the image to be built first. */
const patience = 600_000;

/** For `before`: starts a lab that ends with the suite, or skips the suite and says why no lab can be had here. */
export async function labOrSkip(context: Context, options: NamespaceLabOptions): Promise<NamespaceLab> {
  context.timeout(patience);
  try {
    const lab = await startNamespaceLab(options);
    context.runnable().parent?.afterAll(() => lab.stop());
    return lab;
  } catch (error) {
    if (!(error instanceof LabUnavailable)) throw error;
    process.stdout.write(`      No namespace lab: ${error.message}\n`);
    return context.skip();
  }
}

/** The words that run a command by OpenSSH's own client from within the lab's network. */
export function sshArgv(lab: NamespaceLab, host: LabHost, command: string, options: readonly string[]): string[] {
  const files = ['-F', 'none', '-i', lab.keyFile, '-o', `UserKnownHostsFile=${lab.knownHostsFile}`];
  const strict = ['-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o', 'ConnectTimeout=10'];
  return [...lab.enter, 'ssh', ...options, ...files, ...strict, '-l', 'root', host.address, command];
}

/** Runs a command by OpenSSH's own client, with nothing on its stdin. */
export function ssh(lab: NamespaceLab, host: LabHost, command: string, ...options: string[]): Promise<LabResult> {
  const [program = '', ...words] = sshArgv(lab, host, command, options);
  return finish(spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] }));
}
