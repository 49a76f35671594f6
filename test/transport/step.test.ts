import { expect } from 'chai';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Step } from '../../src/model/step.js';
import { closeLab, perform, places, script, using } from './places.js';

let folder = '';
const run = (...argv: string[]): Step => ({ kind: 'run', argv });
const sh = (text: string, ...args: string[]): Step => run('sh', '-c', text, 'sh', ...args);

interface StepRow {
  readonly title: string;
  readonly step: () => Step;
  readonly code?: number;
  readonly stdout?: string | Buffer;
  readonly stderr?: string | RegExp;
}

const odd = 'a\'b "$(id)" `id` \\n %s *\t-é🦊\n';
const stepRows: readonly StepRow[] = [
  { title: 'both streams apart', step: () => sh('echo out; echo err >&2'), stdout: 'out\n', stderr: 'err\n' },
  { title: 'output without a final line break', step: () => sh('printf x; printf y >&2'), stdout: 'x', stderr: 'y' },
  { title: 'output of several empty lines', step: () => sh('printf "\\n\\n"'), stdout: '\n\n' },
  { title: 'bytes that are no text', step: () => sh('printf "a\\377\\376"'), stdout: Buffer.from([97, 255, 254]) },
  { title: 'a megabyte', step: () => sh('head -c 1000000 /dev/zero | tr "\\0" x'), stdout: 'x'.repeat(1_000_000) },
  { title: 'odd arguments byte for byte', step: () => run('printf', '%s|', odd, '-n', ''), stdout: `${odd}|-n||` },
  { title: 'odd input byte for byte', step: () => ({ kind: 'run', argv: ['cat'], stdin: odd }), stdout: odd },
  {
    title: 'large input',
    step: () => ({ kind: 'run', argv: ['wc', '-c'], stdin: 'é'.repeat(500_000) }),
    stdout: '1000000\n',
  },
  {
    title: 'input that nobody reads',
    step: () => ({ kind: 'run', argv: ['true'], stdin: 'x'.repeat(1_000_000) }),
    stdout: '',
    stderr: '',
  },
  { title: 'no input', step: () => run('cat'), stdout: '' },
  { title: 'an exit code', step: () => sh('exit 3'), code: 3 },
  {
    title: 'a program that is not there',
    step: () => run('no-such-program'),
    code: 127,
    stderr: /No such file|not found/,
  },
  { title: 'a working directory', step: () => ({ kind: 'run', argv: ['pwd'], cwd: '/usr' }), stdout: '/usr\n' },
  {
    title: 'a working directory that is missing',
    step: () => ({ kind: 'run', argv: ['touch', join(folder, 'wrong')], cwd: '/no/such' }),
    code: 1,
    stderr: /no\/such/,
  },
  {
    title: 'odd variables',
    step: () => ({ kind: 'run', argv: ['sh', '-c', 'printf "%s|%s" "$A" "$_b1"'], env: { A: odd, _b1: '' } }),
    stdout: `${odd}|`,
  },
  {
    title: 'a PATH of its own',
    step: () => ({ kind: 'run', argv: ['mine'], env: { PATH: folder } }),
    stdout: 'mine\n',
  },
  {
    title: 'a script that proves',
    step: () => ({ kind: 'prove', title: 'x', script: 'printf "%s" "$2"; cat', args: ['a', odd] }),
    stdout: odd,
  },
  {
    title: 'a script that fails to prove',
    step: () => ({ kind: 'prove', title: 'x', script: 'if', args: [] }),
    code: 2,
    stderr: /./,
  },
];

describe('a step', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stowage-step-'));
    writeFileSync(join(folder, 'mine'), '#!/bin/sh\necho mine\n', { mode: 0o755 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  after(closeLab);

  for (const place of places) {
    describe(`through ${place.title}`, () => {
      for (const { title, step, code = 0, stdout, stderr } of stepRows) {
        it(`gives ${title}`, () =>
          using(place.connect(), async (connection) => {
            const { steps, proved } = await perform(connection, { steps: [step()], prove: [script('echo proved')] });
            const [reply] = steps;
            expect(reply?.code, String(reply?.stderr)).to.equal(code);
            if (stdout !== undefined)
              expect(reply?.stdout.equals(Buffer.from(stdout)), String(reply?.stdout).slice(0, 200)).to.equal(true);
            if (typeof stderr === 'string') expect(String(reply?.stderr)).to.equal(stderr);
            else if (stderr !== undefined) expect(String(reply?.stderr)).to.match(stderr);
            expect(proved.map(({ stdout: out }) => out.toString())).to.deep.equal(code === 0 ? ['proved\n'] : []);
            expect(existsSync(join(folder, 'wrong'))).to.equal(false);
          }));
      }
    });
  }
});
