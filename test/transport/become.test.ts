import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import {
  closeLab,
  me,
  noDifference,
  programOf,
  readOne,
  rejection,
  script,
  serverSpawns,
  shellConnection,
  sshLab,
  using,
} from './places.js';
import type { Lab } from './places.js';

let lab: Lab;
const sudo = spawnSync('sudo', ['-V']).status === 0;

describe('becoming another user', () => {
  before(async function () {
    lab = await sshLab();
    if (sudo && me === 'root') return;
    console.log(`      skipped: ${sudo ? 'only root becomes nobody without a password' : 'sudo is not installed'}`);
    this.skip();
  });
  afterEach(() => serverSpawns());
  after(closeLab);

  for (const { title, open } of [
    { title: 'locally', open: async () => shellConnection('/bin/sh') },
    { title: 'over SSH', open: () => lab.connect() },
  ]) {
    it(`gives each user a shell of its own ${title}`, () =>
      using(open(), async (connection) => {
        const who = script('id -un; printf "%s" "$HOME"; cd; pwd');
        const mine = await readOne(connection, who);
        const theirs = await readOne(connection, who, 'nobody');
        const slow = await readOne(connection, { ...script('id -un'), slow: true }, 'nobody');
        expect(String(mine.stdout)).to.match(/^root\n/);
        expect(String(theirs.stdout)).to.match(/^nobody\n\/nonexistent/);
        expect(String(slow.stdout)).to.equal('nobody\n');
        const denied = await readOne(connection, { argv: ['id'], as: 'daemon' }, 'nobody');
        expect([denied.code, String(denied.stderr)]).to.deep.equal([
          77,
          'only root can act as another user (daemon)\n',
        ]);
        const program = programOf({
          steps: [{ kind: 'run', argv: ['sh', '-c', '(sleep 5; echo late) & id -un'] }],
          prove: [{ argv: ['id', '-un'], as: 'nobody' }],
        });
        const result = await connection.perform(program, noDifference, 'nobody');
        expect(
          result.kind === 'done' && [...result.steps, ...result.proved].map(({ stdout }) => String(stdout)),
        ).to.deep.equal(['nobody\n', 'nobody\n']);
      }));

    it(`kills a read of another user that hangs ${title}`, async () => {
      const connection =
        title === 'locally'
          ? Promise.resolve(shellConnection('/bin/sh', { fastDeadline: 0.5 }))
          : lab.connect({ fastDeadline: 0.5 });
      await using(connection, async (open) => {
        const replies = await open.read([{ argv: ['sleep', '20'] }, script('echo next')], 'nobody');
        expect(replies.map(({ timedOut, stdout }) => [timedOut === true, String(stdout)])).to.deep.equal([
          [true, ''],
          [false, 'next\n'],
        ]);
      });
    });
  }

  for (const { title, start, message } of [
    {
      title: 'sudo wants a password',
      start: (command: string) =>
        spawn('setpriv', ['--reuid', 'nobody', '--regid', 'nogroup', '--clear-groups', '/bin/sh', '-c', command]),
      message: /cannot become daemon: sudo: a password is required$/,
    },
    {
      title: 'sudo is missing',
      start: (command: string) => spawn('/bin/sh', ['-c', command], { env: { PATH: '/no/such' } }),
      message: /cannot become daemon: .*sudo: not found$/,
    },
  ]) {
    it(`says so when ${title}`, async () => {
      serverSpawns(start);
      await using(lab.connect(), async (connection) => {
        for (const slow of [false, true]) {
          const { code, message: words, help } = await rejection(connection.read([{ argv: ['id'], slow }], 'daemon'));
          expect([code, help === undefined]).to.deep.equal(['BECOME_FAILED', false]);
          expect(words).to.match(message);
        }
      });
    });
  }
});
