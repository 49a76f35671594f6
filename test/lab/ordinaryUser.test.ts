import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { asUser } from './observe.js';

if (!asUser && process.getuid?.() === 0) {
  describe('the embedded lab for an ordinary user', () => {
    it('passes the same tests', function () {
      this.timeout(60_000);
      const files = ['embedded', 'embeddedEnd'].map((name) =>
        fileURLToPath(new URL(`./${name}.test.js`, import.meta.url)),
      );
      const mocha = fileURLToPath(import.meta.resolve('mocha/bin/mocha.js'));
      const user = ['--reuid=65534', '--regid=65534', '--clear-groups'];
      const env = { PATH: process.env.PATH, HOME: tmpdir(), STOWAGE_LAB_AS_USER: '1' };
      const tries: [string, string[]][] = [
        ['can reach neither this Node nor the tests', [process.execPath, '--check', ...files]],
        ['may not make a user namespace on this machine', ['unshare', '--user', '--map-root-user', 'true']],
      ];
      for (const [reason, argv] of tries) {
        if (spawnSync('setpriv', [...user, ...argv], { env }).status === 0) continue;
        console.log(`      the user nobody ${reason}`);
        this.skip();
      }
      const result = spawnSync(
        'setpriv',
        [...user, process.execPath, mocha, '--no-config', '--timeout=20000', ...files],
        {
          cwd: tmpdir(),
          encoding: 'utf8',
          env,
        },
      );
      expect(result.status, result.stdout + result.stderr).to.equal(0);
      expect(result.stdout).to.match(/[3-9]\d passing/);
    });
  });
}
