import { generateKeyPairSync, randomBytes } from 'node:crypto';
import ssh2 from 'ssh2';

/** An ed25519 key pair as OpenSSH keeps it in files. */
export interface KeyPair {
  /** The text of a private key file, without a passphrase, ending in a newline. */
  readonly private: string;
  /** One line as in `authorized_keys`, without comment and newline: `ssh-ed25519 AAAA…`. */
  readonly public: string;
}

const algorithm = 'ssh-ed25519';
const lineLength = 70;
const blockSize = 8;

/**
 * Makes a new ed25519 key pair.
 * @throws Error when ssh2 cannot read back what was made, or reads something else
 */
export function makeKeyPair(): KeyPair {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  if (jwk.x === undefined || jwk.d === undefined) throw new Error('node:crypto gave an ed25519 key without its parts');
  const publicKey = Buffer.from(jwk.x, 'base64url');
  const blob = Buffer.concat([field(algorithm), field(publicKey)]);
  const pair = {
    private: privateKeyFile(blob, publicKey, Buffer.from(jwk.d, 'base64url')),
    public: `${algorithm} ${blob.toString('base64')}`,
  };
  checkReadable(pair, blob);
  return pair;
}

/** The layout is described in OpenSSH's PROTOCOL.key. */
function privateKeyFile(blob: Buffer, publicKey: Buffer, seed: Buffer): string {
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    field(algorithm),
    field(publicKey),
    field(Buffer.concat([seed, publicKey])),
    field(''),
  ]);
  const missing = (blockSize - (secret.length % blockSize)) % blockSize;
  const padded = Buffer.concat([secret, Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))]);
  const keyCount = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    keyCount,
    field(blob),
    field(padded),
  ]);
  const lines = whole.toString('base64').match(new RegExp(`.{1,${String(lineLength)}}`, 'g')) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

function field(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function checkReadable(pair: KeyPair, blob: Buffer): void {
  const readBack = ssh2.utils.parseKey(pair.private);
  if (readBack instanceof Error) throw readBack;
  const message = 'signed and verified';
  if (!readBack.getPublicSSH().equals(blob) || !readBack.verify(message, readBack.sign(message))) {
    throw new Error('ssh2 reads another key than the one that was made');
  }
}
