import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { account, groupId, qemu, shellUid, userId } from '../../modules/_facts/accounts.js';
import { directoryEntries, imageFiles } from '../../modules/_facts/files.js';
import { mountOf } from '../../modules/_facts/mounts.js';
import { pathStat, slowStat } from '../../modules/_facts/path.js';
import { space } from '../../modules/_facts/space.js';
import { kernel, memory, os } from '../../modules/_facts/system.js';
import { access, proof, recordProof, volumeMarker } from '../../modules/_facts/volume.js';
import { look, lookAtEach, perform } from '../support/localShell.js';
import type { LocalShell } from '../support/localShell.js';
import { needsRoot } from '../support/root.js';

const oddNames = [
  'plain',
  'with space',
  ' leading and trailing ',
  'new\nline',
  'trailing newline\n',
  `it's "quoted"`,
  '-leading-dash',
  '--',
  'ünïcode-日本',
  '$HOME `id` $(id)',
  'a\\b',
  'star*',
  'colon:and -> arrow',
  '!bang',
];

/** Has no account on any system, so that only the rights of others count. */
const nobody = 4_000_017;

for (const shell of ['dash', 'bash']) {
  describe(`facts in ${shell}`, () => {
    let folder = '';
    const at = (name: string): string => join(folder, name);
    const here: LocalShell = { shell };

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'stowage-facts-'));
      chmodSync(folder, 0o755);
    });
    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it('sees many paths of any name, and those that are missing, in one process', () => {
      for (const name of oddNames) writeFileSync(`${folder}/${name}`, name);
      const missing = [`${folder}/gone`, `${folder}/gone\n`, `${folder}/plain/below a file`, `${folder}/no/parent`];
      const paths = [missing[0] ?? '', ...oddNames.map((name) => `${folder}/${name}`), ...missing.slice(1)];
      const seen = lookAtEach(here, pathStat, paths);
      const sizes = seen.map((stat) => (stat === null || stat instanceof Error ? null : stat.size));
      expect(sizes).to.deep.equal([null, ...oddNames.map((name) => Buffer.byteLength(name)), null, null, null]);
    });

    it('prints for several paths what it prints for each of them', () => {
      for (const name of oddNames) writeFileSync(`${folder}/${name}`, name);
      const paths = [...oddNames.map((name) => `${folder}/${name}`), `${folder}/gone`];
      const request = pathStat.request(['']);
      if (!('script' in request)) throw new Error('pathStat is a script');
      const together = perform(here, { script: request.script, args: paths });
      const single = paths.map((path) => perform(here, { script: request.script, args: [path] }).stdout);
      expect(together.stdout).to.equal(single.join(''));
    });

    it('tells types, modes and targets, and does not follow links', () => {
      mkdirSync(at('directory'));
      chmodSync(at('directory'), 0o2770);
      symlinkSync('nowhere -> else\n', at('dangling'));
      symlinkSync('directory', at('to-directory'));
      perform(here, { argv: ['mkfifo', at('fifo')] });
      const seen = lookAtEach(here, pathStat, ['directory', 'dangling', 'to-directory', 'fifo'].map(at));
      expect(seen[0]).to.include({ type: 'directory', mode: '2770' });
      expect(seen[1]).to.include({ type: 'link', target: 'nowhere -> else\n' });
      expect(seen[2]).to.include({ type: 'link', target: 'directory' });
      expect(seen[3]).to.include({ type: 'fifo' });
      expect(look(here, slowStat, [at('to-directory')])).to.include({ type: 'directory', mode: '2770' });
      expect(look(here, slowStat, [at('to-directory')])?.real).to.equal(realpathSync(at('directory')));
      expect(look(here, slowStat, [at('dangling')])).to.equal(null);
      expect(look(here, slowStat, ['/proc'])).to.not.have.property('real');
    });

    it('does not take a directory that may not be entered for an absence', function () {
      needsRoot(this);
      mkdirSync(at('closed'), { mode: 0o700 });
      writeFileSync(at('closed/file'), '');
      writeFileSync(at('open'), '');
      const other = { ...here, uid: nobody };
      const seen = lookAtEach(other, pathStat, [at('closed/file'), at('open'), at('gone')]);
      expect(seen[0]).to.be.instanceOf(Error).with.property('message').that.contains('Permission denied');
      expect(seen[1]).to.include({ type: 'file' });
      expect(seen[2]).to.equal(null);
      expect(() => look(other, slowStat, [at('closed/file')])).to.throw('Permission denied');
      expect(() => look(other, space, [at('closed/file')])).to.throw('Permission denied');
      expect(() => look(other, imageFiles, [at('closed')])).to.throw('Permission denied');
      expect(() => look(other, directoryEntries, [at('closed')])).to.throw('Permission denied');
    });

    it('lists regular files of any name, sorted, without hidden ones', () => {
      for (const name of oddNames) writeFileSync(`${folder}/${name}`, name);
      writeFileSync(at('.hidden'), '');
      mkdirSync(at('directory'));
      symlinkSync('plain', at('link'));
      utimesSync(at('plain'), 1, 86_400);
      const listing = look(here, imageFiles, [folder]);
      const sorted = [...oddNames].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(listing?.files.map((file) => file.name)).to.deep.equal(sorted);
      expect(listing?.complete).to.equal(true);
      const plain = listing?.files.find((file) => file.name === 'plain');
      expect(plain).to.deep.equal({ name: 'plain', size: 5, modified: '1970-01-02T00:00:00.000Z' });
    });

    it('tells an empty directory from one that is missing', () => {
      expect(look(here, imageFiles, [folder])).to.deep.equal({ files: [], complete: true });
      expect(look(here, imageFiles, [at('gone')])).to.equal(null);
      expect(look(here, directoryEntries, [folder])).to.deep.equal([]);
      expect(look(here, directoryEntries, [at('gone')])).to.equal(null);
      expect(look(here, space, [at('gone')])).to.equal(null);
    });

    it('stops listing at its limit and says so', () => {
      for (let index = 0; index < 205; index += 1) writeFileSync(at(`image${String(index)}`), '');
      const request = imageFiles.request([folder]);
      if (!('script' in request)) throw new Error('imageFiles is a script');
      const listOf = (limit: number): unknown => {
        const reply = perform(here, { script: request.script, args: [folder, String(limit)] });
        const listing = imageFiles.parse(reply, [folder]);
        return [listing?.files.length, listing?.complete];
      };
      expect(listOf(204)).to.deep.equal([204, false]);
      expect(listOf(205)).to.deep.equal([205, true]);
    });

    it('names what lies in a directory, hidden files too', () => {
      writeFileSync(at('.hidden'), '');
      expect(look(here, directoryEntries, [folder])).to.deep.equal(['.hidden']);
    });

    it('tells the first directory that keeps a user out, and the right', function () {
      needsRoot(this);
      const other = { ...here, uid: nobody };
      mkdirSync(at('a b/c'), { recursive: true });
      const path = at('a b/c');
      chmodSync(at('a b'), 0o700);
      expect(look(other, access, [path])).to.deep.equal({ kind: 'denied', path: at('a b'), right: 'search' });
      chmodSync(at('a b'), 0o711);
      chmodSync(path, 0o755);
      expect(look(other, access, [path])).to.deep.equal({ kind: 'denied', path, right: 'write' });
      chmodSync(path, 0o733);
      expect(look(other, access, [path])).to.deep.equal({ kind: 'denied', path, right: 'read' });
      chmodSync(path, 0o777);
      expect(look(other, access, [path])).to.deep.equal({ kind: 'granted' });
      expect(look(other, access, [at('a b/gone/x')])).to.deep.equal({ kind: 'missing', path: at('a b/gone') });
      expect(look(here, access, ['/'])).to.deep.equal({ kind: 'granted' });
    });

    it('records a proof that holds until what it depends on changes', () => {
      const directory = at('it is "odd"');
      mkdirSync(directory);
      const wanted = [directory, 'root', `test@${shell}`] as const;
      const store = at('proofs');
      const request = proof.request(wanted);
      if (!('script' in request)) throw new Error('proof is a script');
      const seen = (): ReturnType<typeof proof.parse> =>
        proof.parse(perform(here, { ...request, args: [directory, 'root', `${store}/${wanted[2]}`] }), wanted);
      expect(seen().recorded).to.equal(null);
      expect(seen().live).to.contain(`path ${directory}\n`);
      const argv = recordProof(...wanted).with(-1, store);
      expect(perform(here, { argv })).to.include({ code: 0, stderr: '' });
      expect(seen().recorded).to.equal(seen().live);
      chmodSync(directory, 0o700);
      expect(seen().recorded).to.not.equal(seen().live);
      expect(perform(here, { argv })).to.include({ code: 0 });
      expect(seen().recorded).to.equal(seen().live);
      expect(look(here, directoryEntries, [store])).to.deep.equal([wanted[2]]);
      rmSync(directory, { recursive: true });
      expect(seen()).to.have.property('live', null);
    });

    it('tells a missing marker from one that cannot be looked for', function () {
      expect(look(here, volumeMarker, [folder])).to.equal(null);
      expect(() => look(here, volumeMarker, [at('gone')])).to.throw('No such file');
      const marker = { id: 'a'.repeat(64), storage: 'gold', volume: 'nfs' };
      writeFileSync(at('.stowage-volume'), `${JSON.stringify({ stowage: 1, ...marker })}\n`);
      expect(look(here, volumeMarker, [folder])).to.deep.equal(marker);
      needsRoot(this);
      chmodSync(folder, 0o700);
      expect(() => look({ ...here, uid: nobody }, volumeMarker, [folder])).to.throw('Permission denied');
    });

    for (const [title, make] of [
      ['an empty file', (path: string) => writeFileSync(path, '')],
      ['a link that leads nowhere', (path: string) => symlinkSync('/no/such', path)],
      ['a directory', (path: string) => mkdirSync(path)],
      ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ] as const) {
      it(`does not take ${title} with the name of the marker for no marker`, () => {
        make(at('.stowage-volume'));
        expect(() => look(here, volumeMarker, [folder])).to.throw('cannot read');
      });
    }

    it('looks up accounts', () => {
      expect(look(here, account, ['root'])).to.deep.equal({ user: 'root', uid: 0, gid: 0, group: 'root' });
      expect(look(here, account, ['no-such-user'])).to.equal(null);
      expect(lookAtEach(here, userId, ['root', 'no-such-user', 'daemon'])).to.deep.equal([0, null, 1]);
      expect(lookAtEach(here, groupId, ['no-such-group', 'root'])).to.deep.equal([null, 0]);
      expect(look(here, shellUid, [])).to.equal(process.getuid?.());
      expect(Object.keys(look(here, qemu, []))).to.deep.equal(['user', 'uid', 'gid', 'group']);
    });

    it('reads the facts of this machine', () => {
      expect(look(here, os, []).id).to.match(/^[a-z]+$/);
      expect(look(here, kernel, []).architecture).to.match(/^\w+$/);
      expect(look(here, memory, []).total).to.be.above(1024 * 1024);
      expect(look(here, space, ['/'])?.total).to.be.above(0);
      expect(look(here, mountOf, ['/proc/self'])).to.include({ mountPoint: '/proc', fstype: 'proc' });
    });
  });
}
