import { readFileSync, readdirSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { expect } from 'chai';
import { account, qemu } from '../../modules/_facts/accounts.js';
import { mountOf } from '../../modules/_facts/mounts.js';
import { pathStat } from '../../modules/_facts/path.js';
import { space } from '../../modules/_facts/space.js';
import { kernel, memory, os } from '../../modules/_facts/system.js';
import { access, proof, volumeMarker } from '../../modules/_facts/volume.js';
import { directoryEntries, imageFiles } from '../../modules/_facts/files.js';
import type { RunResult } from '../../src/transport/probe.js';

/** Tests run compiled, from dist/test/facts; sources are three folders up. */
const folder = normalize(join(import.meta.dirname, '..', '..', '..', 'modules', '_facts', 'cases'));

/** A recorded output without its first line, which names tool and version. */
function recorded(name: string): string {
  const text = readFileSync(join(folder, name), 'utf8');
  return text.slice(text.indexOf('\n') + 1);
}

function printed(stdout: string): RunResult {
  return { code: 0, stdout, stderr: '' };
}

describe('recorded outputs', () => {
  it('name tool and version in their first line', () => {
    const first = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8').split('\n')[0] ?? '');
    expect(first.filter((line) => !/^# \S.* \d/.test(line))).to.deep.equal([]);
  });

  it('give the operating system', () => {
    expect(os.parse(printed(recorded('os-release.debian12.txt')), [])).to.deep.equal({
      id: 'debian',
      version: '12',
      name: 'Debian GNU/Linux 12 (bookworm)',
      family: 'debian',
    });
  });

  it('give kernel, memory and space', () => {
    expect(kernel.parse(printed(recorded('uname.txt')), [])).to.include({ architecture: 'x86_64' });
    expect(memory.parse(printed(recorded('meminfo.txt')), [])).to.deep.equal({ total: 24684092 * 1024 });
    const [block = 0, total = 0, free = 0, available = 0] = recorded('stat-f.txt').split(' ').map(Number);
    expect(space.parse(printed(recorded('stat-f.txt')), ['/'])).to.deep.equal({
      total: block * total,
      used: block * (total - free),
      available: block * available,
    });
    const missing = { code: 1, stdout: '', stderr: recorded('stat-f.missing.txt') };
    expect(space.parse(missing, ['/gone'])).to.equal(null);
  });

  it('give accounts', () => {
    const daemon = { user: 'daemon', uid: 1, gid: 1, group: 'daemon' };
    expect(account.parse(printed(recorded('getent.daemon.txt')), ['daemon'])).to.deep.equal(daemon);
    expect(qemu.parse(printed(recorded('getent.daemon.txt')), [])).to.deep.equal(daemon);
    expect(qemu.parse(printed(''), [])).to.deep.equal({ user: null, uid: null, gid: null, group: null });
  });

  it('give types, modes and targets', () => {
    const [, directory = '', name = '', link = ''] = recorded('stat.txt').split('\0');
    expect(pathStat.parse(printed(directory), ['images'])).to.include({ type: 'directory', mode: '2770' });
    expect(pathStat.parse(printed(link), [name])).to.include({ type: 'link', target: 'a -> b' });
  });

  const mounts: readonly (readonly [string, string, string, string])[] = [
    ['mountinfo.odd.txt', '/', '/', '/dev/vda'],
    ['mountinfo.odd.txt', '/home', '/', '/dev/vda'],
    ['mountinfo.odd.txt', '/mntx', '/', '/dev/vda'],
    ['mountinfo.odd.txt', '/mnt', '/mnt', 'storage'],
    ['mountinfo.odd.txt', '/mnt/with space/x', '/mnt/with space', 'a source'],
    ['mountinfo.odd.txt', '/mnt/back\\slash', '/mnt/back\\slash', 'second'],
    ['mountinfo.odd.txt', '/mnt/a/b', '/mnt/a', 'cover'],
    ['mountinfo.odd.txt', '/mnt/a/b/c', '/mnt/a', 'cover'],
    ['mountinfo.odd.txt', '/mnt/bind', '/mnt/bind', 'a source'],
    ['mountinfo.odd.txt', '/mnt/new\nline', '/mnt/new\nline', 'line'],
    ['mountinfo.ocfs2.txt', '/mnt/shared/images', '/mnt/shared', '/dev/sda'],
    ['mountinfo.ocfs2.txt', '/run/lock/x', '/run/lock', 'tmpfs'],
  ];
  for (const [file, path, mountPoint, source] of mounts) {
    it(`give the mount of ${JSON.stringify(path)} in ${file}`, () => {
      expect(mountOf.parse(printed(recorded(file)), [path])).to.include({ mountPoint, source });
    });
  }
});

describe('a reply that no tool prints', () => {
  const replies: readonly (readonly [string, () => unknown])[] = [
    ['half a record', () => pathStat.parse(printed('41ed:0:0'), ['/a'])],
    ['an unknown file type', () => pathStat.parse(printed('0000:0:0:1:1:1:a:b:/a'), ['/a'])],
    ['a link without its target', () => pathStat.parse(printed('a1ff:0:0:1:1:1:a:b:/a'), ['/a'])],
    ['a failed stat', () => pathStat.parse({ code: 3, stdout: '', stderr: 'stat: broken' }, ['/a'])],
    ['a stat that ran out of time', () => pathStat.parse({ code: 124, stdout: '', stderr: '' }, ['/a'])],
    ['a table of mounts that is cut off', () => mountOf.parse(printed('27 1 254:0 / /'), ['/a'])],
    ['an unreadable table of mounts', () => mountOf.parse({ code: 1, stdout: '', stderr: 'no' }, ['/a'])],
    ['no operating system', () => os.parse(printed('NAME=x\n'), [])],
    ['no kernel', () => kernel.parse(printed(''), [])],
    ['no memory', () => memory.parse(printed('MemFree: 1 kB\n'), [])],
    ['no numbers of space', () => space.parse(printed(''), ['/a'])],
    ['an odd account', () => account.parse(printed('daemon:x\n'), ['daemon'])],
    ['a user database that does not answer', () => qemu.parse({ code: 1, stdout: '', stderr: '' }, [])],
    ['no answer about access', () => access.parse(printed(''), ['/a'])],
    ['an unknown right', () => access.parse(printed('fly\0/a\0'), ['/a'])],
    ['a proof without what it depends on', () => proof.parse(printed('proof'), ['/a', 'u', 'k'])],
    ['half a marker', () => volumeMarker.parse(printed('{"stowage":1'), ['/a'])],
    ['a cut-off listing', () => imageFiles.parse(printed('81a4 1'), ['/a'])],
    ['a listing that failed', () => imageFiles.parse({ code: 2, stdout: '', stderr: 'ls: I/O error' }, ['/a'])],
    ['entries that failed', () => directoryEntries.parse({ code: 2, stdout: '', stderr: 'ls: I/O error' }, ['/a'])],
  ];
  for (const [title, parse] of replies) {
    it(`is an error, never an absence: ${title}`, () => {
      expect(parse).to.throw().with.property('code', 'READ_FAILED');
    });
  }
});

describe('os-release in its other spellings', () => {
  const rows: readonly (readonly [string, object])[] = [
    ['ID=rocky\nVERSION_ID="9.4"\nID_LIKE="rhel centos fedora"\n', { id: 'rocky', version: '9.4', family: 'redhat' }],
    ["ID='opensuse-leap'\nID_LIKE='suse opensuse'\n", { id: 'opensuse-leap', version: '', family: 'suse' }],
    ['ID=arch\nPRETTY_NAME="A \\"b\\" \\$c"\n', { id: 'arch', name: 'A "b" $c', family: 'arch' }],
    ['# x\nID=nixos\n', { id: 'nixos', name: 'nixos', family: 'nixos' }],
  ];
  for (const [text, expected] of rows) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(os.parse(printed(text), [])).to.include(expected);
    });
  }
});
