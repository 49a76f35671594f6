import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLab, noDifference, programOf, rejection, script, serverSpawns, sshLab, using } from './places.js';
import type { Lab } from './places.js';

let lab: Lab;
let folder = '';

describe('a connection over SSH', () => {
  before(async () => {
    lab = await sshLab();
    folder = mkdtempSync(join(tmpdir(), 'stowage-connected-'));
  });
  afterEach(() => serverSpawns());
  after(async () => {
    rmSync(folder, { recursive: true });
    await closeLab();
  });

  it('puts no value on a command line of the login shell', () =>
    using(lab.connect(), async (connection) => {
      const from = lab.server.execs().length;
      await connection.read([script('echo "$1"', 'value'), { argv: ['true'], slow: true }]);
      await connection.perform(programOf({ steps: [{ kind: 'run', argv: ['true'] }] }), noDifference);
      expect(lab.server.execs().slice(from)).to.deep.equal(['exec /bin/sh', 'exec /bin/sh']);
      expect(connection.traffic).to.deep.equal({ scripts: 3, reads: 2, steps: 1 });
    }));

  it('survives a reset during a read', () =>
    using(lab.connect(), async (connection) => {
      const flag = join(folder, 'read');
      const lost = rejection(connection.read([script(': >"$1"; sleep 1', flag), { argv: ['sleep', '1'], slow: true }]));
      await appears(flag);
      lab.server.dropAll();
      expect((await lost).code).to.equal('CONNECTION_LOST');
      expect((await rejection(connection.read([script('echo')]))).code).to.equal('CONNECTION_LOST');
    }));

  it('survives a reset during a step and says which one was under way', () =>
    using(lab.connect(), async (connection) => {
      const flag = join(folder, 'step');
      const step = { kind: 'run', argv: ['sh', '-c', ': >"$1"; sleep 1', 'sh', flag] } as const;
      const lost = rejection(
        connection.perform(programOf({ steps: [{ kind: 'run', argv: ['true'] }, step] }), noDifference),
      );
      await appears(flag);
      lab.server.dropAll();
      const { code, message } = await lost;
      expect(code).to.equal('CONNECTION_LOST');
      expect(message).to.match(/; step 2 of 2 was under way, it may have been performed$/);
    }));

  it('says that nothing was performed when it is lost while it is asked', () =>
    using(lab.connect(), async (connection) => {
      const program = programOf({
        expect: [script('echo')],
        digest: '0',
        steps: [{ kind: 'run', argv: ['touch', join(folder, 'never')] }],
      });
      const onDifference = (): 'stop' => {
        lab.server.dropAll();
        return 'stop';
      };
      const { code, message } = await rejection(connection.perform(program, { onDifference }));
      expect(code).to.equal('UNREACHABLE');
      expect(message).to.match(/; nothing was performed$/);
      expect(existsSync(join(folder, 'never'))).to.equal(false);
    }));

  it('is unreachable for steps when it was lost before', () =>
    using(lab.connect(), async (connection) => {
      await connection.read([script('echo')]);
      const lost = rejection(connection.read([script('sleep 1')]));
      lab.server.dropAll();
      await lost;
      const { code, message } = await rejection(
        connection.perform(programOf({ steps: [{ kind: 'run', argv: ['true'] }] }), noDifference),
      );
      expect(code).to.equal('UNREACHABLE');
      expect(message).to.match(/; nothing was performed$/);
    }));

  it('is lost, not refused by sudo, when it ends before another user answered', async () => {
    serverSpawns(() => spawn('sleep', ['5']));
    await using(lab.connect(), async (connection) => {
      const from = lab.server.execs().length;
      const lost = rejection(connection.read([script('echo')], 'daemon'));
      while (lab.server.execs().length === from) await new Promise((resolve) => setTimeout(resolve, 5));
      lab.server.dropAll();
      expect((await lost).code).to.equal('CONNECTION_LOST');
    });
  });

  it('is not disturbed by a greeting of the login shell', async () => {
    serverSpawns((command) =>
      spawn('/bin/sh', ['-c', `echo "Welcome 🦊"; printf 'no line break'; echo warning >&2; ${command}`]),
    );
    await using(lab.connect(), async (connection) => {
      const [quick, slow] = await connection.read([
        script('echo out; echo err >&2'),
        { ...script('echo slow'), slow: true },
      ]);
      expect([quick, slow].map((reply) => [String(reply?.stdout), String(reply?.stderr)])).to.deep.equal([
        ['out\n', 'err\n'],
        ['slow\n', ''],
      ]);
    });
  });

  it('tells what a login shell says that runs no commands', async () => {
    serverSpawns(() => spawn('/bin/sh', ['-c', 'printf "This account is\\033[31m not\\033[0m available.\\n"; exit 1']));
    await using(lab.connect(), async (connection) => {
      const { code, message } = await rejection(connection.read([script('echo')]));
      expect(code).to.equal('CONNECTION_LOST');
      expect(message).to.match(/ended before it answered, nothing was performed: This account is not available\.$/);
    });
  });

  it('does not wait for a shell that never answers', async () => {
    serverSpawns(() => spawn('sleep', ['5']));
    await using(lab.connect({ fastDeadline: 0.3 }), async (connection) => {
      expect((await rejection(connection.read([script('echo')]))).message).to.match(/did not answer for/);
    });
  });
});

async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 5));
}
