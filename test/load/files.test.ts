import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, symlink, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { diskFiles } from '../../src/load/files.js';
import type { FileSource } from '../../src/load/files.js';

describe('diskFiles', () => {
  let folder: string;
  let files: FileSource;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stowage-files-'));
    await mkdir(path.join(folder, 'sub'));
    await writeFile(path.join(folder, 'a.yml'), 'a: 1\n');
    await writeFile(path.join(folder, 'largest'), Buffer.alloc(1024 * 1024));
    await writeFile(path.join(folder, 'large'), Buffer.alloc(1024 * 1024 + 1));
    await symlink('loop', path.join(folder, 'loop'));
    await symlink('..', path.join(folder, 'sub', 'up'));
    execFileSync('mkfifo', [path.join(folder, 'fifo')]);
  });
  beforeEach(() => {
    files = diskFiles(folder);
  });
  after(() => rm(folder, { recursive: true }));

  const refused: readonly (readonly [string, string, string])[] = [
    ['missing', 'FILE_NOT_FOUND', 'missing does not exist'],
    ['a.yml/b', 'FILE_NOT_FOUND', 'a.yml/b does not exist'],
    ['sub', 'FILE_NOT_FOUND', 'sub is a folder'],
    ['sub/up', 'FILE_NOT_FOUND', 'sub/up is a link to a folder that it is in'],
    ['fifo', 'FILE_NOT_FOUND', 'fifo is not a regular file'],
    ['/dev/zero', 'FILE_NOT_FOUND', '/dev/zero is not a regular file'],
    ['loop', 'FILE_NOT_FOUND', 'loop is a circle of symbolic links'],
    ['large', 'FILE_TOO_LARGE', 'large is larger than 1 MiB'],
  ];
  it('does not go down a link that leads back up', async () => {
    expect(await files.kind('sub/up')).to.equal('other');
    expect(await files.kind('sub')).to.equal('folder');
  });

  for (const [file, code, message] of refused) {
    it(`refuses ${file} without hanging`, async () => {
      expect(await files.read(file)).to.deep.equal({ error: { code, message } });
      expect(files.digests()).to.deep.equal({});
    });
  }

  it('records the digest of every file read, by path relative to the working directory', async () => {
    await files.read('a.yml');
    await files.read(path.join(folder, 'largest'));
    const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
    expect(files.digests()).to.deep.equal({
      'a.yml': digest(Buffer.from('a: 1\n')),
      largest: digest(Buffer.alloc(1024 * 1024)),
    });
  });

  it('lists a folder in order, and nothing for what is no folder', async () => {
    expect(await files.list('.')).to.deep.equal(['a.yml', 'fifo', 'large', 'largest', 'loop', 'sub']);
    expect(await files.list('nowhere')).to.deep.equal([]);
    expect(await files.list('a.yml')).to.deep.equal([]);
  });

  const kinds = { 'a.yml': 'file', sub: 'folder', fifo: 'other', missing: 'missing', loop: 'missing' };
  for (const [file, kind] of Object.entries(kinds)) {
    it(`says that ${file} is of the kind ${kind}`, async () => {
      expect(await files.kind(file)).to.equal(kind);
    });
  }
});
