import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadRequest } from '../../src/model/step.js';
import {
  closeLab,
  isRunning,
  me,
  places,
  readOne,
  rejection,
  script,
  shellConnection,
  shellScript,
  using,
} from './places.js';

const folder = mkdtempSync(join(tmpdir(), 'stowage-read-'));
const big = randomBytes(1_000_000);
/** Seconds that no other run of these tests on this machine sleeps: they look for it among all processes. */
const sleeps = `86399.${String(process.pid)}`;

interface Row {
  readonly title: string;
  readonly request: ReadRequest;
  readonly code?: number;
  readonly stdout?: string | Buffer;
  readonly stderr?: RegExp;
}

const rows: readonly Row[] = [
  {
    title: 'a command with its output',
    request: { argv: ['printf', '%s|', 'a b', "it's", '$(id)', '*', ''] },
    stdout: "a b|it's|$(id)|*||",
  },
  {
    title: 'a leading dash and a line break',
    request: { argv: ['printf', '%s|', '-n', '-', 'a\nb', '\\n'] },
    stdout: '-n|-|a\nb|\\n|',
  },
  { title: 'UTF-8 and emoji', request: { argv: ['printf', '%s', 'Grüße 🦊 日本'] }, stdout: 'Grüße 🦊 日本' },
  {
    title: 'output that looks like a frame',
    request: { argv: ['printf', '\\n0123456789abcdef0123456789abcdef read 0 0\\n'] },
    stdout: '\n0123456789abcdef0123456789abcdef read 0 0\n',
  },
  { title: 'NUL bytes', request: { argv: ['printf', 'a\\000b\\n\\000'] }, stdout: 'a\0b\n\0' },
  {
    title: 'bytes that are no text',
    request: script('printf "\\377\\376\\n\\n"'),
    stdout: Buffer.from([255, 254, 10, 10]),
  },
  { title: 'a megabyte of noise', request: { argv: ['cat', join(folder, 'big')] }, stdout: big },
  { title: 'an exit code', request: script('exit 3'), code: 3, stdout: '' },
  { title: 'a script with a syntax error', request: script('echo "unterminated'), code: 2, stderr: /nterminated|EOF/ },
  { title: 'a script with a stray brace', request: script('}; echo no; f_() {'), code: 2, stdout: '' },
  { title: 'a command that reads its standard input', request: { argv: ['cat'] }, stdout: '' },
  { title: 'a command that is not there', request: { argv: ['no-such-program'] }, code: 127, stderr: /No such file/ },
  {
    title: 'arguments of a script',
    request: script('printf "%s|" "$#" "$@"', 'a b', "'", '', '\n'),
    stdout: "4|a b|'||\n|",
  },
  {
    title: 'standard error apart from standard output',
    request: script('echo out; echo err >&2; echo more'),
    stdout: 'out\nmore\n',
    stderr: /^err\n$/,
  },
  { title: 'a script that is killed', request: script('kill -9 $$'), code: 137, stdout: '' },
  {
    title: 'the fixed environment',
    request: script('printf "%s " "$LC_ALL" "$QUOTING_STYLE" "$(pwd)" "$(umask)" "${ENV-none}"'),
    stdout: 'C literal / 0022 none ',
  },
  { title: 'output without a final line break', request: script('printf x'), stdout: 'x' },
  {
    title: 'a slow command with its output',
    request: { argv: ['printf', '%s|', "it's", '$(id)', '-n'], slow: true },
    stdout: "it's|$(id)|-n|",
  },
  {
    title: 'a slow exit code and standard error',
    request: { ...script('printf out; echo err >&2; exit 9'), slow: true },
    code: 9,
    stdout: 'out',
    stderr: /^err\n$/,
  },
  { title: 'a slow megabyte of noise', request: { argv: ['cat', join(folder, 'big')], slow: true }, stdout: big },
  { title: 'a slow command that reads its standard input', request: { argv: ['cat'], slow: true }, stdout: '' },
];

describe('reading from a host', () => {
  before(() => writeFileSync(join(folder, 'big'), big));
  after(async () => {
    rmSync(folder, { recursive: true });
    await closeLab();
  });

  for (const place of places) {
    describe(`through ${place.title}`, () => {
      for (const { title, request, code = 0, stdout, stderr } of rows) {
        it(`gives ${title}`, () =>
          using(place.connect(), async (connection) => {
            const reply = await readOne(connection, request);
            expect(reply.code, reply.stderr.toString()).to.equal(code);
            if (stdout !== undefined)
              expect(reply.stdout.equals(Buffer.from(stdout)), reply.stdout.toString('utf8', 0, 200)).to.equal(true);
            if (stderr !== undefined) expect(reply.stderr.toString()).to.match(stderr);
          }));
      }

      it('answers all requests of one call as one script a lane, in their order', () =>
        using(place.connect(), async (connection) => {
          const requests = rows.map(({ request }) => request);
          const replies = await connection.read(requests);
          expect(replies.map(({ code }) => code)).to.deep.equal(rows.map(({ code = 0 }) => code));
          expect(connection.traffic).to.deep.equal({ scripts: 2, reads: rows.length, steps: 0 });
        }));

      it('keeps standard error whole however a command and its shell write at the same time', () =>
        using(place.connect(), async (connection) => {
          const requests = Array.from({ length: 300 }, (_, index) => script(`echo e${String(index)} >&2`));
          const replies = await connection.read(requests);
          expect(replies.map(({ stderr }) => stderr.toString())).to.deep.equal(
            requests.map((_, index) => `e${String(index)}\n`),
          );
        }));

      it('reads again and again in the same shell', () =>
        using(place.connect(), async (connection) => {
          const parents = [];
          for (let turn = 0; turn < 3; turn++)
            parents.push((await readOne(connection, shellScript('echo $shell'))).stdout.toString());
          expect(new Set(parents).size).to.equal(1);
        }));

      it('answers the others when one hangs, and kills all that it started', () =>
        using(place.connect({ fastDeadline: 0.5 }), async (connection) => {
          const hung = script(`sleep ${sleeps} | cat; echo no`);
          const replies = await connection.read([script('echo 1'), hung, script('echo 3')]);
          expect(replies.map(({ code, timedOut = false }) => [code, timedOut])).to.deep.equal([
            [0, false],
            [124, true],
            [0, false],
          ]);
          expect(replies[2]?.stdout.toString()).to.equal('3\n');
          expect((await readOne(connection, { argv: ['pgrep', '-f', `^sleep ${sleeps}`] })).stdout.toString()).to.equal(
            '',
          );
        }));

      it('lets a slow read that hangs delay only itself', () =>
        using(place.connect({ slowDeadline: 1 }), async (connection) => {
          const order: string[] = [];
          const hung = connection.read([{ argv: ['sleep', sleeps], slow: true }]).then((replies) => {
            order.push('hung');
            return replies[0];
          });
          const quick = connection
            .read([{ argv: ['true'], slow: true }, { argv: ['true'] }])
            .then(() => order.push('quick'));
          await quick;
          const reply = await hung;
          expect(order).to.deep.equal(['quick', 'hung']);
          expect([reply?.code, reply?.timedOut]).to.deep.equal([124, true]);
        }));

      it('kills a read that prints without end and still answers the others', () =>
        using(place.connect({ output: 100_000 }), async (connection) => {
          const error = await connection
            .read([script('echo 1'), { argv: ['yes'] }, script('echo 3')])
            .catch((caught: unknown) => caught);
          expect(error).to.include({ code: 'OUTPUT_LIMIT' });
          expect(error).to.have.property('replies').that.has.length(3);
          const { replies } = error as { replies: ({ stdout: Buffer } | undefined)[] };
          expect(replies.map((reply) => reply?.stdout.toString())).to.deep.equal(['1\n', undefined, '3\n']);
          expect(await rejection(connection.read([{ argv: ['yes'], slow: true }]))).to.include({
            code: 'OUTPUT_LIMIT',
          });
        }));

      it('keeps what a read leaves in the background out of the next replies', () =>
        using(place.connect(), async (connection) => {
          const wait = script(
            'while [ ! -e "$1" ]; do sleep 0.05; done; echo own',
            join(folder, `late-${places.indexOf(place)}`),
          );
          await readOne(
            connection,
            script(
              `(sleep 0.2; echo LATE >&2; : >"$1") >/dev/null & echo`,
              join(folder, `late-${places.indexOf(place)}`),
            ),
          );
          expect((await readOne(connection, wait)).stdout.toString()).to.equal('own\n');
        }));

      it('loses a shell that is killed and opens a new one', () =>
        using(place.connect(), async (connection) => {
          const lost = await rejection(connection.read([shellScript('kill -9 $shell; sleep 5')]));
          expect(lost.code).to.equal('CONNECTION_LOST');
          expect((await readOne(connection, script('echo again'))).stdout.toString()).to.equal('again\n');
        }));

      it('acts as another user where the shell belongs to root', function () {
        if (me !== 'root') {
          console.log('      skipped: only root can act as another user');
          this.skip();
        }
        return using(place.connect(), async (connection) => {
          const replies = await connection.read([
            { argv: ['id', '-un'], as: 'nobody' },
            { ...script('id -gn; echo "$1"', "it's"), as: 'nobody' },
            { argv: ['id', '-un'], as: 'nobody', slow: true },
            { argv: ['id', '-un'], as: me },
            { argv: ['id', '-un'], as: 'no-such-user' },
          ]);
          expect(replies.map(({ stdout }) => stdout.toString())).to.deep.equal([
            'nobody\n',
            "nogroup\nit's\n",
            'nobody\n',
            'root\n',
            '',
          ]);
          expect(replies[4]?.code).to.equal(77);
        });
      });
    });
  }

  it('gives up a shell whose read cannot be killed, and asks a new one for the rest', () => {
    const deaf = shellConnection('/bin/sh', { fastDeadline: 0.4, grace: 0.4 }, (link) => ({
      ...link,
      async open(command) {
        const channel = await link.open(command);
        return { ...channel, write: (data) => channel.write(data.replace(/^kill_group \d+/m, 'kill_group 0')) };
      },
    }));
    return using(Promise.resolve(deaf), async (connection) => {
      const replies = await connection.read([script('echo 1'), { argv: ['sleep', '3'] }, script('echo 3')]);
      expect(replies.map(({ stdout, timedOut }) => [stdout.toString(), timedOut === true])).to.deep.equal([
        ['1\n', false],
        ['', true],
        ['3\n', false],
      ]);
    });
  });

  it('ends what is under way and what waits when it is closed', async () => {
    const connection = shellConnection('/bin/sh');
    const flag = join(folder, 'under way');
    const reads = [': >"$1"; sleep 2', 'echo', 'echo'].map((text) => rejection(connection.read([script(text, flag)])));
    while (!existsSync(flag)) await new Promise((resolve) => setTimeout(resolve, 5));
    await connection.close();
    for (const read of reads) expect((await read).code).to.equal('CONNECTION_LOST');
    expect(connection.traffic.scripts).to.equal(1);
  });

  it('leaves nothing that hangs on a host whose controller is gone', async () => {
    const connection = shellConnection('/bin/sh', { fastDeadline: 0.3, grace: 0.2 });
    const pid = join(folder, 'orphan');
    const lost = rejection(connection.read([script('echo "$$" >"$1"; exec sleep 600', pid)]));
    while (!existsSync(pid) || readFileSync(pid, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 5));
    await connection.close();
    await lost;
    // The time limit of the test is what it must not reach.
    while (isRunning(readFileSync(pid, 'utf8'))) await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('does nothing after it was closed', async () => {
    const connection = shellConnection('/bin/sh');
    await connection.close();
    await connection.close();
    expect(await rejection(connection.read([script('echo')]))).to.include({ code: 'CONNECTION_LOST' });
  });
});
