import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { facts, modules } from '../../modules/index.js';
import { generate } from '../../src/dev/gen.js';
import { newModule } from '../../src/dev/newModule.js';
import type { JsonObject } from '../../src/model/json.js';
import { validated } from '../support/validated.js';

/** Tests run compiled, from dist/test/modules; sources are three folders up. */
const root = normalize(join(import.meta.dirname, '..', '..', '..'));

function folders(): readonly string[] {
  return readdirSync(join(root, 'modules'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
    .map((entry) => entry.name)
    .sort();
}

describe('the registry', () => {
  it('holds a module for each folder, by its name', () => {
    expect(modules.map((module) => module.name)).to.deep.equal(folders());
  });

  it('holds facts under names that a template can use, each once', () => {
    const names = facts.map((fact) => fact.name);
    expect(names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).to.deep.equal([]);
    expect([...new Set(names)].sort()).to.deep.equal(names);
  });

  it('has the parameters of each module in its README as they are; else run: npm run gen', () => {
    expect(generate(root, true)).to.deep.equal([]);
  });

  for (const module of modules) {
    it(`has an example of ${module.name} that is valid`, () => {
      const readme = readFileSync(join(root, 'modules', module.name, 'README.md'), 'utf8');
      const example = /## Example\n\n```yaml\n([^]*?)```/.exec(readme)?.[1] ?? '';
      const items = parse(example) as readonly JsonObject[];
      const uses = items.flatMap((item) =>
        Object.entries(item).flatMap(([key, value]) =>
          key === `${module.name}s`
            ? (value as readonly JsonObject[])
            : key === module.name
              ? [value as JsonObject]
              : [],
        ),
      );
      expect(uses).to.not.be.empty;
      for (const params of uses) validated(module, params);
    });
  }
});

describe('a new module', () => {
  let copy = '';

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'stowage-new-module-'));
    cpSync(join(root, 'modules'), join(copy, 'modules'), { recursive: true });
  });
  afterEach(() => {
    rmSync(copy, { recursive: true, force: true });
  });

  it('is entered in the registry in order', () => {
    newModule(copy, 'nfs_export');
    newModule(copy, 'package');
    const registry = readFileSync(join(copy, 'modules', 'index.ts'), 'utf8');
    expect(registry).to.contain("import { nfsExport } from './nfs_export/index.js';\nimport { packageModule } from");
    expect(registry).to.contain('  imageStorage,\n  nfsExport,\n  packageModule,\n]');
  });

  it('names the module alike in its code, its README and its cases', () => {
    newModule(copy, 'nfs_export');
    const folder = join(copy, 'modules', 'nfs_export');
    const texts = ['index.ts', 'README.md', 'cases/nfs_export.yaml'].map((file) =>
      readFileSync(join(folder, file), 'utf8'),
    );
    expect(texts.filter((text) => /template/i.test(text))).to.deep.equal([]);
    expect(texts[0]).to.contain('export const nfsExport = defineModule').and.contain("name: 'nfs_export'");
    expect(texts[1]).to.contain('# nfs_export').and.contain('  nfs_export:\n');
  });

  for (const name of ['', 'Nfs', 'nfs-export', '_nfs', '../x', 'a__b', 'file']) {
    it(`is not made as "${name}"`, () => {
      expect(() => {
        newModule(copy, name);
      }).to.throw(name === 'file' ? 'already' : 'is no name');
    });
  }

  it('compiles and passes its checks as it is', function () {
    this.timeout(60_000);
    newModule(copy, 'nfs_export');
    for (const name of ['src', 'test', 'package.json', 'tsconfig.json']) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    symlinkSync(realpathSync(join(root, 'node_modules')), join(copy, 'node_modules'));
    const settings = {
      extends: './tsconfig.json',
      compilerOptions: { incremental: false, tsBuildInfoFile: null },
      include: ['modules/**/*.ts', 'src/dev/*.ts', 'test/modules/cases.test.ts'],
    };
    writeFileSync(join(copy, 'tsconfig.module.json'), JSON.stringify(settings));
    expect(run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.module.json')).to.equal('');
    expect(run('dist/src/dev/gen.js')).to.equal('wrote modules/nfs_export/README.md\n');
    expect(run('dist/src/dev/gen.js', '--check')).to.equal('');
    const checks = run('node_modules/mocha/bin/mocha.js', 'dist/test/modules/cases.test.js', '--grep', 'nfs_export');
    expect(checks).to.contain('6 passing').and.not.contain('failing');
  });

  function run(script: string, ...args: readonly string[]): string {
    const { stdout, stderr } = spawnSync(process.execPath, [join(copy, script), ...args], {
      cwd: copy,
      encoding: 'utf8',
    });
    return stdout + stderr;
  }
});
