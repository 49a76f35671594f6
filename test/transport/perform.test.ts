import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadRequest, Reply, Step } from '../../src/model/step.js';
import type { ProgramHooks } from '../../src/transport/connection.js';
import { digestOf } from '../../src/transport/reader.js';
import {
  closeLab,
  isRunning,
  me,
  noDifference,
  perform,
  places,
  programOf,
  rejection,
  script,
  shellScript,
  using,
} from './places.js';

let folder = '';
const run = (...argv: string[]): Step => ({ kind: 'run', argv });
const sh = (text: string, ...args: string[]): Step => run('sh', '-c', text, 'sh', ...args);

const text = (reply: Reply | undefined): [string, string] => [String(reply?.stdout), String(reply?.stderr)];

const odd = 'a\'b "$(id)" `id` \\n %s *\t-é🦊\n';

describe('performing a program', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stowage-perform-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  after(closeLab);

  for (const place of places) {
    describe(`through ${place.title}`, () => {
      it('stops at the first step that fails, and tells steps as they begin and end', () =>
        using(place.connect(), async (connection) => {
          const told: (string | number)[] = [];
          const hooks: ProgramHooks = {
            ...noDifference,
            onStepStart: (index) => told.push('start', index),
            onStepDone: (index, reply) => told.push('done', index, reply.code, reply.stdout.toString()),
          };
          const steps = [sh('echo a'), sh('echo b; exit 4'), run('touch', join(folder, 'never'))];
          const result = await perform(connection, { steps, prove: [script('echo')] }, hooks);
          expect(told).to.deep.equal(['start', 0, 'done', 0, 0, 'a\n', 'start', 1, 'done', 1, 4, 'b\n']);
          expect(result.steps.map(({ code }) => code)).to.deep.equal([0, 4]);
          expect(result.proved).to.deep.equal([]);
          expect(existsSync(join(folder, 'never'))).to.equal(false);
        }));

      it('does not perform a step that a guard refuses', () =>
        using(place.connect(), async (connection) => {
          const guard = (text: string, ...args: string[]) => ({ name: 'g', script: text, args, message: 'm' });
          const step: Step = {
            kind: 'run',
            argv: ['touch', join(folder, 'never')],
            guards: [guard('[ "$1" = "a b" ]', 'a b'), guard('echo no; exit 9')],
          };
          const result = await perform(connection, { steps: [run('true'), step], prove: [script('echo')] });
          expect(result.steps.map(({ code }) => code)).to.deep.equal([0]);
          expect([result.refusedBy, result.proved.length, existsSync(join(folder, 'never'))]).to.deep.equal([
            1,
            0,
            false,
          ]);
        }));

      it('performs after equal reads without a question', () =>
        using(place.connect(), async (connection) => {
          const requests: ReadRequest[] = [
            { argv: ['cat', '/etc/hostname'] },
            script('printf "a\\000\\n"; echo "$1"; exit 3', odd),
            { argv: ['ls', '/'], slow: true },
            { argv: ['no-such-program'] },
          ];
          const replies = await connection.read(requests);
          const looks = requests.map((request, index) => ({ request, reply: replies[index] as Reply }));
          const { steps, proved } = await perform(connection, {
            expect: requests,
            digest: digestOf(looks),
            steps: [sh('echo x')],
            prove: requests,
          });
          expect(text(steps[0])).to.deep.equal(['x\n', '']);
          expect(proved.map(({ code, stdout }) => [code, stdout.toString()])).to.deep.equal(
            replies.map(({ code, stdout }) => [code, stdout.toString()]),
          );
          expect(connection.traffic.scripts).to.equal(3);
        }));

      for (const answer of ['go', 'stop'] as const) {
        it(`asks about a difference with the fresh replies and takes "${answer}"`, () =>
          using(place.connect(), async (connection) => {
            const path = join(folder, 'state');
            const requests: ReadRequest[] = [{ argv: ['cat', path] }, script('echo err >&2; printf same')];
            writeFileSync(path, 'before');
            const replies = await connection.read(requests);
            const digest = digestOf(requests.map((request, index) => ({ request, reply: replies[index] as Reply })));
            writeFileSync(path, 'after');
            const asked: (readonly string[])[] = [];
            const program = programOf({
              expect: requests,
              digest,
              steps: [run('touch', join(folder, 'done'))],
              prove: [script('echo end')],
            });
            const result = await connection.perform(program, {
              onDifference(fresh) {
                asked.push(fresh.map(({ stdout, stderr }) => `${stdout.toString()}${stderr.toString()}`));
                return answer;
              },
            });
            expect(asked).to.deep.equal([['after', 'sameerr\n']]);
            expect(result.kind).to.equal(answer === 'go' ? 'done' : 'stale');
            expect(existsSync(join(folder, 'done'))).to.equal(answer === 'go');
            if (result.kind === 'stale')
              expect(result.replies.map(({ stdout }) => stdout.toString())).to.deep.equal(['after', 'same']);
            expect((await connection.read([script('echo alive')]))[0]?.stdout.toString()).to.equal('alive\n');
          }));
      }

      it('passes on what a hook throws, and performs nothing', () =>
        using(place.connect(), async (connection) => {
          const program = programOf({
            expect: [script('echo')],
            digest: '0',
            steps: [run('touch', join(folder, 'done'))],
          });
          const error = await connection.perform(program, noDifference).catch((caught: unknown) => caught);
          expect(error).to.be.an('error').with.property('message', 'there should be no difference');
          expect(existsSync(join(folder, 'done'))).to.equal(false);
        }));

      it('is not held open or spoilt by what a step leaves in the background', () =>
        using(place.connect(), async (connection) => {
          const late = '(sleep 0.2; echo LATE; echo LATE >&2; sleep 30) & echo "$!" >"$1"; echo started';
          const wait = script('sleep 0.5; echo own');
          const { steps, proved } = await perform(connection, {
            steps: [sh(late, join(folder, 'pid')), sh('sleep 0.4; echo next')],
            prove: [wait],
          });
          spawnSync('kill', [readFileSync(join(folder, 'pid'), 'utf8').trim()]);
          expect(steps.map(text)).to.deep.equal([
            ['started\n', ''],
            ['next\n', ''],
          ]);
          expect(proved.map(text)).to.deep.equal([['own\n', '']]);
        }));

      it('gives every one of many steps both of its streams whole', () =>
        using(place.connect(), async (connection) => {
          const { steps } = await perform(connection, {
            steps: Array.from({ length: 60 }, () => sh('echo out; echo err >&2')),
          });
          expect(new Set(steps.map((reply) => text(reply).join('|')))).to.deep.equal(new Set(['out\n|err\n']));
          expect(steps.length).to.equal(60);
        }));

      it('ends a step at its deadline, and performs none after it', () =>
        using(place.connect(), async (connection) => {
          const step: Step = { kind: 'run', argv: ['sh', '-c', 'echo begun; sleep 20; echo no'], deadline: 1 };
          const { steps, proved } = await perform(connection, { steps: [step, run('true')], prove: [script('echo')] });
          expect(steps.map(({ code, timedOut }) => [code, timedOut])).to.deep.equal([[124, true]]);
          expect([text(steps[0])[0], proved.length]).to.deep.equal(['begun\n', 0]);
        }));

      it('keeps head and tail of a step that prints more than its cap', () =>
        using(place.connect({ output: 100 }), async (connection) => {
          const { steps } = await perform(connection, { steps: [sh('seq 100000')] });
          const [stdout] = text(steps[0]);
          expect(stdout).to.match(/^1\n2\n3\n[\s\S]*\n\[… 5887\d\d bytes left out …\]\n[\s\S]*99999\n100000\n?$/);
        }));

      it('says what may have been performed when the shell is lost', () =>
        using(place.connect(), async (connection) => {
          const killShell = sh('kill -9 "$(cat "$1")"; sleep 5', join(folder, 'shell'));
          const note = shellScript('echo "$shell" >"$1"', join(folder, 'shell'));
          await connection.read([note]);
          const lost = await rejection(
            connection.perform(programOf({ steps: [run('true'), killShell] }), noDifference),
          );
          expect(lost.code).to.equal('CONNECTION_LOST');
          expect(lost.message).to.match(/; step 2 of 2 was under way, it may have been performed$/);
          await connection.read([note]);
          const kill = script('kill -9 "$(cat "$1")"; sleep 5', join(folder, 'shell'));
          const before = await rejection(
            connection.perform(programOf({ expect: [kill], steps: [run('true')] }), noDifference),
          );
          expect(before.message).to.match(/; whether any of the 1 steps was performed is not known$/);
        }));

      it('acts as another user where the shell belongs to root', function () {
        if (me !== 'root') {
          console.log('      skipped: only root can act as another user');
          this.skip();
        }
        return using(place.connect(), async (connection) => {
          const step: Step = {
            kind: 'run',
            argv: ['sh', '-c', 'id -un; cat; printf %s "$X"'],
            as: 'nobody',
            stdin: odd,
            env: { X: odd },
          };
          const prove: Step = {
            kind: 'prove',
            title: 'x',
            script: 'id -un; echo x >"$1"',
            args: [join(folder, 'no')],
            as: 'nobody',
          };
          const { steps } = await perform(connection, { steps: [step, prove], prove: [{ argv: ['id'], as: me }] });
          expect(text(steps[0])[0]).to.equal(`nobody\n${odd}${odd}`);
          expect(steps[1]?.code).to.not.equal(0);
        });
      });
    });
  }

  it('kills a step that ignores the signal to end', () =>
    using(places[0]?.connect() ?? Promise.reject(new Error('no shell')), async (connection) => {
      const pid = join(folder, 'pid');
      const deaf = `trap '' TERM; echo "$$" >"$1"; while :; do sleep 1; done`;
      const step: Step = { kind: 'run', argv: ['sh', '-c', deaf, 'sh', pid], deadline: 0.2 };
      const { steps } = await perform(connection, { steps: [step] });
      expect(steps.map(({ code, timedOut }) => [code, timedOut])).to.deep.equal([[124, true]]);
      expect(isRunning(readFileSync(pid, 'utf8'))).to.equal(false);
    }));

  it('gives up a program that hangs although everything was killed', () =>
    using(places[0]?.connect({ grace: 0.5 }) ?? Promise.reject(new Error('no shell')), async (connection) => {
      const pid = join(folder, 'pid');
      const held: Step = {
        kind: 'run',
        argv: ['sh', '-c', `trap '' TERM; echo $PPID >"$1"; kill -STOP $PPID; sleep 30`, 'sh', pid],
        deadline: 0.1,
      };
      const error = await rejection(connection.perform(programOf({ steps: [held] }), noDifference));
      expect(error.code).to.equal('TIMEOUT');
      expect(error.message).to.match(
        /^the steps did not end within \d+ s; step 1 of 1 was under way, it may have been performed$/,
      );
      process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL');
    }));

  const impossible: readonly { readonly title: string; readonly step: Step }[] = [
    { title: 'a relative path', step: { kind: 'write', path: 'x', content: '' } },
    { title: 'a relative working directory', step: { kind: 'run', argv: ['true'], cwd: '-' } },
    { title: 'a variable that is no name', step: { kind: 'run', argv: ['true'], env: { 'a;b': '' } } },
  ];
  for (const { title, step } of impossible) {
    it(`refuses ${title} before anything is sent`, () =>
      using(places[0]?.connect() ?? Promise.reject(new Error('no shell')), async (connection) => {
        expect((await rejection(connection.perform(programOf({ steps: [step] }), noDifference))).code).to.equal(
          'BAD_PARAMETERS',
        );
        expect(connection.traffic.scripts).to.equal(0);
      }));
  }
});
