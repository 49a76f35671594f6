import { createHash, createHmac } from 'node:crypto';
import { appendFile, chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A line of a known_hosts file. */
export interface KnownHost {
  /** Patterns as written, or one `|1|SALT|HASH`. */
  readonly names: readonly string[];
  readonly revoked: boolean;
  readonly type: string;
  /** The key blob in base64. */
  readonly key: string;
}

export type Verdict =
  | { readonly kind: 'known' | 'revoked' }
  | { readonly kind: 'unknown' }
  /** Other keys are known for this host. */
  | { readonly kind: 'changed'; readonly known: readonly KnownHost[] };

/** Parses known_hosts text. Comments, `@cert-authority` and lines that make no sense are passed over. */
export function parseKnownHosts(text: string): readonly KnownHost[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const words = line.trim().split(/[ \t]+/);
    const marker = words[0]?.startsWith('@') === true ? words.shift() : undefined;
    const [names, type, key] = words;
    if (names === undefined || names.startsWith('#') || type === undefined || key === undefined) return [];
    if (marker !== undefined && marker !== '@revoked') return [];
    return [{ names: names.split(','), revoked: marker === '@revoked', type, key }];
  });
}

/** Reads known_hosts files; one that does not exist is empty. @throws Error of node:fs when one cannot be read */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHost[]> {
  const texts = files.map((file) => readFile(file, 'utf8').catch(emptyWhenAbsent));
  return (await Promise.all(texts)).flatMap(parseKnownHosts);
}

/** The lines that are about a host, by the name that OpenSSH looks for: `[ADDRESS]:PORT` unless the port is 22. */
export function entriesOf(known: readonly KnownHost[], address: string, port: number): readonly KnownHost[] {
  const name = hostName(address, port);
  return known.filter((entry) => names(entry, name));
}

/**
 * Decides about the key that a host presents.
 * @param entries the lines about this host
 * @param blob the raw public key
 */
export function judgeHostKey(entries: readonly KnownHost[], blob: Buffer): Verdict {
  const key = blob.toString('base64');
  const valid = entries.filter((entry) => !entry.revoked);
  if (entries.some((entry) => entry.revoked && entry.key === key)) return { kind: 'revoked' };
  if (valid.some((entry) => entry.key === key)) return { kind: 'known' };
  // A key of another type counts as changed too: the known types were asked for first.
  return valid.length === 0 ? { kind: 'unknown' } : { kind: 'changed', known: valid };
}

/** Appends a line for a host; a new file gets mode 0600. @throws Error of node:fs */
export async function recordHostKey(file: string, address: string, port: number, blob: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await readFile(file, 'utf8').catch(emptyWhenAbsent);
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await appendFile(file, `${gap}${hostName(address, port)} ${keyType(blob)} ${blob.toString('base64')}\n`, {
    mode: 0o600,
  });
  if (((await stat(file)).mode & 0o077) !== 0) await chmod(file, 0o600);
}

/** As OpenSSH prints it: `SHA256:` and base64 without padding. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** The type that a key blob names itself, e.g. `ssh-ed25519`. */
export function keyType(blob: Buffer): string {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  return blob.toString('latin1', 4, 4 + Math.min(length, 64)).replace(/[^A-Za-z0-9@.-]/g, '?');
}

function hostName(address: string, port: number): string {
  const lower = address.toLowerCase();
  return port === 22 ? lower : `[${lower}]:${port}`;
}

function names(entry: KnownHost, name: string): boolean {
  let found = false;
  for (const pattern of entry.names) {
    if (pattern.startsWith('|')) found ||= matchesHash(pattern, name);
    else if (!pattern.startsWith('!')) found ||= matchesGlob(pattern, name);
    else if (matchesGlob(pattern.slice(1), name)) return false;
  }
  return found;
}

function matchesHash(pattern: string, name: string): boolean {
  const [, version, salt, hash] = pattern.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` and `?` only, in time linear in pattern × name. */
function matchesGlob(pattern: string, name: string): boolean {
  const wanted = pattern.toLowerCase();
  let at = 0;
  let star = -1;
  let resume = 0;
  let place = 0;
  while (place < name.length) {
    const char = wanted[at];
    if (char === '*') {
      star = at++;
      resume = place;
    } else if (char === '?' || char === name[place]) {
      at++;
      place++;
    } else if (star >= 0) {
      at = star + 1;
      place = ++resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(wanted.slice(at));
}

function emptyWhenAbsent(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
  throw error;
}
