import { isJsonObject } from 'stowage/module';
import type { Assessment, Json, Observation, Observed, StatusState } from 'stowage/module';
import { directoryKey, isShared, volumeKey } from './params.js';
import type { Volume } from './params.js';

export interface VolumeOnHost {
  readonly state: StatusState;
  readonly message: string;
  /** Said even when the state is `ok`. */
  readonly note?: string;
  /** Whether what lies in the directory is what the volume holds: its space and files may be shown. */
  readonly trusted: boolean;
}

/** How a volume stands on one host, in words. */
export function volumeOnHost(volume: Volume, { host, nodes }: Observation): VolumeOnHost {
  const directory = directoryTrouble(nodes[directoryKey(volume.name)]);
  const seen = nodes[volumeKey(volume.name)] ?? { kind: 'unknown', message: 'not looked at' };
  if (seen.kind !== 'assessed') return notAssessed(seen);
  const { assessment } = seen;
  const refused = assessment.refusals.filter((refusal) => (refusal.host ?? host) === host);
  const [refusal] = refused;
  if (directory !== undefined && !directory.trusted) return directory;
  if (refusal !== undefined) {
    return { state: 'failed', message: refusal.message, trusted: refusal.code === 'QEMU_ACCESS' && !isShared(volume) };
  }
  const proved = established(assessment, host);
  const trusted = proved.state === 'ok' || !isShared(volume);
  if (directory === undefined) return { ...proved, trusted };
  return {
    state: proved.state === 'ok' ? 'partial' : proved.state,
    message: `${proved.message}; ${directory.message}`,
    trusted,
  };
}

function notAssessed(seen: Exclude<Observed, { kind: 'assessed' }>): VolumeOnHost {
  const state = seen.kind === 'failed' ? 'failed' : 'unknown';
  const message = seen.kind === 'unreachable' ? `unreachable: ${seen.message}` : seen.message;
  return { state, message, trusted: false };
}

function directoryTrouble(seen: Observed | undefined): VolumeOnHost | undefined {
  if (seen?.kind !== 'assessed') return undefined;
  const { change, refusals } = seen.assessment;
  const [refusal] = refusals;
  if (refusal !== undefined) return { state: 'failed', message: refusal.message, trusted: false };
  if (change.kind === 'create') {
    return { state: 'failed', message: 'the directory does not exist: run apply', trusted: false };
  }
  if (change.kind !== 'update') return undefined;
  const fields = change.fields.map(({ path, from, to }) => `${path.join('.')} ${text(from)} instead of ${text(to)}`);
  return { state: 'partial', message: fields.join(', '), trusted: true };
}

function established({ change, prior }: Assessment, host: string): Omit<VolumeOnHost, 'trusted'> {
  const now = prior === null ? undefined : hostState(prior, host);
  const pending = change.kind === 'update' && change.fields.some(({ path }) => path[1] === host);
  if (now === undefined || change.kind === 'create' || pending) {
    return { state: 'unknown', message: 'not proved yet: run apply' };
  }
  // Of a member outside the limit no more is looked at than whether it shares the directory.
  if (now['access'] === undefined) {
    return { state: 'unknown', message: 'outside the limit: its access was not looked at' };
  }
  const mounted = `mounted ${text(now['mount'] ?? null)}`;
  if (now['proved'] !== true) {
    const note = 'qemu access: not provable here (one uid)';
    return { state: 'ok', message: `${mounted}, ${note}`, note };
  }
  const access = `proved ${text(now['access'] ?? null)} by ${text(now['user'] ?? null)}`;
  return { state: 'ok', message: `${mounted}, ${access}` };
}

function hostState(prior: Json, host: string): Readonly<Record<string, Json>> | undefined {
  const hosts = isJsonObject(prior) ? prior['hosts'] : undefined;
  const state = isJsonObject(hosts) ? hosts[host] : undefined;
  return isJsonObject(state) ? state : undefined;
}

function text(value: Json): string {
  return typeof value === 'string' ? value : value === null ? 'unknown' : JSON.stringify(value);
}
