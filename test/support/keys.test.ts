import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import ssh2 from 'ssh2';
import { makeKeyPair } from './keys.js';

describe('made keys', () => {
  it('are always readable by ssh2, private and public half alike', () => {
    for (let round = 0; round < 300; round++) {
      const pair = makeKeyPair();
      const [secret, shared] = [ssh2.utils.parseKey(pair.private), ssh2.utils.parseKey(pair.public)];
      if (secret instanceof Error || shared instanceof Error) throw new Error(`unreadable: ${pair.private}`);
      expect(secret.isPrivateKey()).to.equal(true);
      expect(shared.verify('data', secret.sign('data'))).to.equal(true);
    }
  });

  it('differ from each other', () => {
    expect(makeKeyPair().private).not.to.equal(makeKeyPair().private);
  });

  it('are read by OpenSSH as the same pair', function () {
    const dir = mkdtempSync(join(tmpdir(), 'stowage-keys-'));
    try {
      const pair = makeKeyPair();
      const file = join(dir, 'key');
      writeFileSync(file, pair.private, { mode: 0o600 });
      expect(execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).trim()).to.equal(pair.public);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      console.log('      ssh-keygen is not installed here');
      this.skip();
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
