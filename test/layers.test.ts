import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect } from 'chai';

/** Tests run compiled, from dist/test; sources are two folders up. */
const root = normalize(join(import.meta.dirname, '..', '..'));

/** What each layer may import. Same-layer imports are allowed, circles are not. */
const layers: Readonly<Record<string, readonly string[]>> = {
  model: [],
  schema: ['model'],
  text: ['schema', 'model'],
  transport: ['model'],
  module: ['schema', 'transport', 'text', 'model'],
  load: ['module', 'schema', 'text', 'model'],
  resolve: ['load', 'module', 'schema', 'text', 'model'],
  run: ['resolve', 'module', 'transport', 'text', 'model'],
  report: ['model'],
  app: ['load', 'resolve', 'run', 'module', 'transport', 'model'],
  dev: ['schema', 'module', 'modules'],
  cli: ['app', 'load', 'schema', 'report', 'transport', 'module', 'modules', 'model'],
  index: ['app', 'module', 'model'],
};

/** The one file that owns each third-party package. */
const owners: Readonly<Record<string, string>> = {
  yaml: 'src/text/yaml.ts',
  handlebars: 'src/text/template.ts',
  '@marcbachmann/cel-js': 'src/text/cel.ts',
  ajv: 'src/schema/validate.ts',
  'node-ssh': 'src/transport/ssh.ts',
  ssh2: 'src/transport/ssh.ts',
  listr2: 'src/report/tty.ts',
  picocolors: 'src/report/style.ts',
  diff: 'src/report/fileDiff.ts',
  commander: 'src/cli/program.ts',
};

interface Import {
  readonly from: string;
  readonly target: string;
}

function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.split('/').some((part) => part === '_template'))
    .map((name) => join(folder, name));
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from '([^']+)'|\bimport\('([^']+)'\)|(?:^|\n)import '([^']+)'/g;
  return [...text.matchAll(pattern)].map((match) => ({ from: file, target: match[1] ?? match[2] ?? match[3] ?? '' }));
}

function resolved({ from, target }: Import): string {
  return relative(root, normalize(join(root, dirname(from), target))).replace(/\.js$/, '.ts');
}

function layerOf(file: string): string {
  const [top, second = ''] = file.split('/');
  return top === 'src' ? second.replace(/\.ts$/, '') : (top ?? '');
}

const all = sources('src').flatMap(importsOf);
const relatives = all.filter(({ target }) => target.startsWith('.'));
const thirdParty = all.filter(({ target }) => !target.startsWith('.') && !target.startsWith('node:'));

describe('the layers', () => {
  it('let imports run only downward', () => {
    const upward = relatives.filter((one) => {
      const [from, to] = [layerOf(one.from), layerOf(resolved(one))];
      return from !== to && !(layers[from] ?? []).includes(to);
    });
    expect(upward.map((one) => `${one.from} -> ${resolved(one)}`)).to.deep.equal([]);
  });

  it('name every folder of src', () => {
    const found = new Set(sources('src').map(layerOf));
    expect([...found].filter((name) => !(name in layers))).to.deep.equal([]);
  });

  it('have no circle among files', () => {
    const edges = new Map<string, readonly string[]>();
    for (const file of sources('src')) {
      edges.set(
        file,
        importsOf(file)
          .filter(({ target }) => target.startsWith('.'))
          .map(resolved),
      );
    }
    expect(circleIn(edges)).to.deep.equal([]);
  });

  it('leave each third-party package to the one file that owns it', () => {
    const strays = thirdParty.filter(({ from, target }) => {
      const name = target.split('/', target.startsWith('@') ? 2 : 1).join('/');
      return owners[name] !== from;
    });
    expect(strays.map(({ from, target }) => `${from} imports ${target}`)).to.deep.equal([]);
  });

  it('let modules use the door and shared facts only', () => {
    const strays = sources('modules')
      .flatMap(importsOf)
      .filter(({ from, target }) => {
        if (target === 'stowage/module' || target.startsWith('../_facts/')) return false;
        return !(target.startsWith('./') || from === 'modules/index.ts' || from.startsWith('modules/_facts/'));
      });
    expect(strays.map(({ from, target }) => `${from} imports ${target}`)).to.deep.equal([]);
  });

  it('leave the process, its arguments and its environment to src/cli', () => {
    const users = sources('src')
      .filter((file) => !file.startsWith('src/cli/') && !file.startsWith('src/dev/'))
      .filter((file) =>
        /\bprocess\.(argv|env|exit|cwd|stdout|stderr|stdin)\b/.test(readFileSync(join(root, file), 'utf8')),
      );
    expect(users).to.deep.equal([]);
  });

  it('have no default exports', () => {
    const files = [...sources('src'), ...sources('modules')].filter((file) =>
      /^export default/m.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(files).to.deep.equal([]);
  });
});

/** Returns the first circle found as a chain of files, or an empty list. */
function circleIn(edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of edges.get(file) ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of edges.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
