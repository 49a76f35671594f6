import { RunnerError } from '../model/errors.js';
import type { HostTarget } from '../model/graph.js';
import { entriesOf, fingerprint, judgeHostKey, keyType, readKnownHosts, recordHostKey } from './knownHosts.js';
import type { Verdict } from './knownHosts.js';

type SshTarget = Extract<HostTarget, { kind: 'ssh' }>;

/** Decides about the key of one host during the handshake, before anything about the user is sent. */
export interface HostKeyCheck {
  /** Types of the keys that are known of the host, e.g. `ssh-ed25519`. */
  readonly knownTypes: readonly string[];
  verify(blob: Buffer): Promise<boolean>;
  /** Why the key was refused. */
  refusal(): RunnerError | undefined;
}

/** @throws RunnerError HOST_KEY when a known_hosts file cannot be read */
export async function createHostKeyCheck(target: SshTarget): Promise<HostKeyCheck> {
  const known = target.hostKeyChecking === 'off' ? [] : await readAll(target);
  const entries = entriesOf(known, target.address, target.port);
  let refused: RunnerError | undefined;
  return {
    knownTypes: entries.filter((entry) => !entry.revoked).map((entry) => entry.type),
    async verify(blob) {
      refused = await refusalOf(target, judgeHostKey(entries, blob), blob);
      return refused === undefined;
    },
    refusal: () => refused,
  };
}

async function readAll(target: SshTarget): ReturnType<typeof readKnownHosts> {
  try {
    return await readKnownHosts(target.knownHosts);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : 'it cannot be read';
    throw new RunnerError('HOST_KEY', `the known hosts cannot be read: ${words}`, { cause });
  }
}

async function refusalOf(target: SshTarget, verdict: Verdict, blob: Buffer): Promise<RunnerError | undefined> {
  if (target.hostKeyChecking === 'off') return undefined;
  const where = `${target.address}:${target.port}`;
  const shown = `${keyType(blob)} ${fingerprint(blob)}`;
  const [file = 'known_hosts'] = target.knownHosts;
  switch (verdict.kind) {
    case 'known':
      return undefined;
    case 'revoked':
      return new RunnerError('HOST_KEY', `the host key of ${where} is revoked: ${shown}`, {
        help: 'do not connect; give the host a new key',
      });
    case 'changed': {
      const before = verdict.known.map(({ type, key }) => `${type} ${fingerprint(Buffer.from(key, 'base64'))}`);
      const message = `the host key of ${where} changed: it shows ${shown}, known is ${before.join(', ')}`;
      return new RunnerError('HOST_KEY', message, {
        help: `if the host was set up again, check the fingerprint there and replace its line in ${target.knownHosts.join(' or ')}`,
      });
    }
    case 'unknown':
      return target.hostKeyChecking === 'accept-new' ? record(target, blob) : notKnown(where, shown, file, target);
    default:
      return verdict satisfies never;
  }
}

async function record(target: SshTarget, blob: Buffer): Promise<RunnerError | undefined> {
  const [file] = target.knownHosts;
  const where = `${target.address}:${target.port}`;
  if (file === undefined) return new RunnerError('HOST_KEY', `there is no file to record the host key of ${where} in`);
  try {
    await recordHostKey(file, target.address, target.port, blob);
    return undefined;
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : file;
    return new RunnerError('HOST_KEY', `the host key of ${where} cannot be recorded: ${words}`, { cause });
  }
}

function notKnown(where: string, shown: string, file: string, target: SshTarget): RunnerError {
  return new RunnerError('HOST_KEY', `the host key of ${where} is not known: it shows ${shown}, known is none`, {
    help: `check this fingerprint on the host and add it: ssh-keyscan -p ${target.port} ${target.address} >> ${file}`,
  });
}
