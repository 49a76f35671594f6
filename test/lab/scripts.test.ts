import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';

/** The scripts that run before a build exists are plain JavaScript: these are their exports. */
interface Machine {
  complaintAbout(version: string, platform: string): string;
}
interface Prepare {
  installed(folder: string): boolean;
  built(folder: string): boolean;
}

/** Tests run from the project's folder. */
async function script(name: string): Promise<unknown> {
  return import(pathToFileURL(join(process.cwd(), 'scripts', name)).href);
}

describe('the check before the demo', () => {
  const rows: [string, string, RegExp][] = [
    ['20.19.0', 'linux', /^$/],
    ['20.20.2', 'linux', /^$/],
    ['22.1.0', 'linux', /^$/],
    ['20.18.3', 'linux', /^stowage needs Node\.js 20\.19 or newer, and this is 20\.18\.3; [^\n]*$/],
    ['12.22.0', 'linux', /needs Node\.js/],
    ['8.0.0', 'darwin', /needs Node\.js/],
    ['20.19.0', 'darwin', /^the hosts of the demo[^\n]*, and this is darwin; [^\n]*$/],
  ];
  for (const [version, platform, says] of rows) {
    it(`says "${says.source.slice(0, 30)}" to Node ${version} on ${platform}`, async () => {
      const { complaintAbout } = (await script('machine.mjs')) as Machine;
      expect(complaintAbout(version, platform)).to.match(says);
    });
  }
});

describe('the preparation of the demo', () => {
  let dir: string;
  let prepare: Prepare;
  beforeEach(async () => {
    prepare = (await script('prepare.mjs')) as Prepare;
    dir = mkdtempSync(join(tmpdir(), 'stowage-prepare-'));
    for (const folder of ['node_modules', 'dist', 'src/deep']) mkdirSync(join(dir, folder), { recursive: true });
    for (const file of ['tsconfig.json', 'package-lock.json', 'src/deep/a.ts']) writeFileSync(join(dir, file), '');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const lock = {
    '': {},
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  };
  const installs: [string, unknown, boolean][] = [
    ['everything is there', lock, true],
    ['only something optional is missing', { 'node_modules/a': { version: '1.0.0' } }, true],
    ['a package is missing', { 'node_modules/b': { version: '2.0.0' } }, false],
    ['a package is of another version', { 'node_modules/a': { version: '1.0.1' } }, false],
    ['nothing was installed', undefined, false],
  ];
  for (const [title, found, expected] of installs) {
    it(`${expected ? 'does not install' : 'installs'} when ${title}`, () => {
      writeFileSync(join(dir, 'package-lock.json'), JSON.stringify({ packages: lock }));
      if (found !== undefined) {
        writeFileSync(join(dir, 'node_modules/.package-lock.json'), JSON.stringify({ packages: found }));
      }
      expect(prepare.installed(dir)).to.equal(expected);
    });
  }

  const [past, now, future] = [1000, 2000, 3000];
  const builds: [string, (touch: (path: string, seconds: number) => void) => void, boolean][] = [
    ['nothing changed', () => undefined, true],
    ['a source changed', (touch) => touch('src/deep/a.ts', future), false],
    ['a source went away', (touch) => touch('src/deep', future), false],
    ['the configuration changed', (touch) => touch('tsconfig.json', future), false],
    ['other packages came', (touch) => touch('package-lock.json', future), false],
  ];
  for (const [title, change, expected] of builds) {
    it(`${expected ? 'does not build' : 'builds'} when ${title}`, () => {
      const touch = (path: string, seconds: number): void => utimesSync(join(dir, path), seconds, seconds);
      writeFileSync(join(dir, 'dist/.built'), '');
      for (const path of ['tsconfig.json', 'package-lock.json', 'src/deep/a.ts', 'src/deep', 'src']) touch(path, past);
      touch('dist/.built', now);
      change(touch);
      expect(prepare.built(dir)).to.equal(expected);
    });
  }

  it('builds when nothing was built', () => expect(prepare.built(dir)).to.equal(false));
});
