import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reply, Step } from '../../src/model/step.js';
import type { Connection } from '../../src/transport/connection.js';
import { defaultLimits } from '../../src/transport/limits.js';
import { prologue } from '../../src/transport/script.js';
import { closeLab, me, noDifference, places, programOf, using } from './places.js';

let folder = '';

/** Performs one step and gives its reply. */
async function performOne(connection: Connection, step: Step): Promise<Reply> {
  const result = await connection.perform(programOf({ steps: [step] }), noDifference);
  const reply = result.kind === 'done' ? result.steps[0] : undefined;
  if (reply === undefined) throw new Error('the step was not performed');
  return reply;
}

interface WriteRow {
  readonly title: string;
  readonly content: string;
  readonly step?: Partial<Extract<Step, { kind: 'write' }>>;
  prepare?(path: string): void;
  readonly mode?: number;
  readonly owner?: readonly [number, number];
  /** Set when it fails. */
  readonly message?: RegExp;
}

const writeRows: readonly WriteRow[] = [
  { title: 'a new file with mode 0644', content: 'a\n', mode: 0o644 },
  { title: 'text without a final line break', content: 'a\nb' },
  { title: 'only line breaks', content: '\n\n\n' },
  { title: 'nothing', content: '' },
  { title: 'backslashes, quotes and percent signs', content: '\\n \\\\ %s %d \'"$(id)`id`\\' },
  { title: 'a leading dash', content: '-n -e x' },
  { title: 'UTF-8', content: 'Grüße 🦊' },
  { title: 'a megabyte', content: `${'0123456789abcde\n'.repeat(65536)}end` },
  { title: 'its mode', content: 'x', step: { mode: '4750' }, mode: 0o4750 },
  {
    title: 'the mode, owner and group of the file that it replaces',
    content: 'x',
    prepare: (path) => {
      writeFileSync(path, 'old');
      chownSync(path, 65534, 12);
      chmodSync(path, 0o2604);
    },
    mode: 0o2604,
    owner: [65534, 12],
  },
  {
    title: 'its owner and group',
    content: 'x',
    step: { owner: 'nobody', group: 'nogroup' },
    mode: 0o644,
    owner: [65534, 65534],
  },
  { title: 'its group alone', content: 'x', step: { group: 'nogroup' }, owner: [0, 65534] },
  {
    title: 'a file in place of a link that leads nowhere',
    content: 'x',
    prepare: (path) => symlinkSync('/no/such', path),
    mode: 0o644,
  },
  {
    title: 'a directory as the target',
    content: 'x',
    prepare: (path) => mkdirSync(path),
    message: /it is a directory/,
  },
  {
    title: 'a missing directory',
    content: 'x',
    step: { path: '/no/such/folder/f' },
    message: /the directory \/no\/such\/folder does not exist/,
  },
  {
    title: 'an owner that does not exist',
    content: 'x',
    step: { owner: 'no-such-user' },
    message: /owner.*no-such-user/,
  },
];

describe('writing a file', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stowage-write-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  after(closeLab);

  it('keeps the old file when the text does not arrive whole', () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    const write = `${prologue(defaultLimits)}\nprintf new | /bin/sh -c "$write_file" sh "$1" "" "" "" 4`;
    const { stderr, status } = spawnSync('sh', ['-c', write, 'sh', path]);
    expect([status, String(stderr)]).to.deep.equal([1, `cannot write ${path}: its text did not arrive whole\n`]);
    expect([readdirSync(folder), readFileSync(path, 'utf8')]).to.deep.equal([['file'], 'old']);
  });

  for (const place of places) {
    describe(`through ${place.title}`, () => {
      for (const { title, content, step, prepare, mode, owner, message } of writeRows) {
        it(`writes ${title}`, function () {
          if (me !== 'root') {
            console.log('      skipped: owners can only be set by root');
            this.skip();
          }
          const path = join(folder, "odd ' name\n");
          prepare?.(path);
          return using(place.connect(), async (connection) => {
            const reply = await performOne(connection, { kind: 'write', path, content, ...step });
            expect(String(reply.stderr)).to.match(message ?? /^$/);
            expect(reply.code).to.equal(message === undefined ? 0 : 1);
            expect(readdirSync(folder).filter((name) => name.startsWith('.'))).to.deep.equal([]);
            if (message !== undefined) return;
            expect(readFileSync(path, 'utf8') === content).to.equal(true);
            const found = statSync(path);
            if (mode !== undefined) expect((found.mode & 0o7777).toString(8)).to.equal(mode.toString(8));
            if (owner !== undefined) expect([found.uid, found.gid]).to.deep.equal(owner);
          });
        });
      }

      it('keeps the old file when there is no space and when it is read-only', function () {
        const mount = (...args: string[]) => spawnSync('mount', args).status === 0;
        const target = join(folder, 'small');
        mkdirSync(target);
        if (!mount('-t', 'tmpfs', '-o', 'size=64k', 'none', target)) {
          console.log('      skipped: nothing can be mounted here');
          this.skip();
        }
        return using(place.connect(), async (connection) => {
          const path = join(target, 'file');
          const write = (content: string) => performOne(connection, { kind: 'write', path, content });
          try {
            writeFileSync(path, 'old');
            expect(String((await write('x'.repeat(200_000))).stderr)).to.equal(
              `cannot write ${path}: No space left on device\n`,
            );
            expect(readdirSync(target)).to.deep.equal(['file']);
            mount('-o', 'remount,ro', target);
            expect(String((await write('new')).stderr)).to.equal(`cannot write ${path}: Read-only file system\n`);
            expect(readFileSync(path, 'utf8')).to.equal('old');
          } finally {
            spawnSync('umount', [target]);
          }
        });
      });
    });
  }
});
