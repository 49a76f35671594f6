import { defineClusterModule, defineComposite, defineHostFact, defineModule, param } from '../../src/module/index.js';
import type { Catalog, ExpandedNode, SealedModule } from '../../src/module/index.js';

/** Modules that look at nothing: for tests of what happens before and around modules. */

const file = defineModule({
  name: 'file',
  summary: 'A file or directory.',
  params: param.object({
    path: param.path('Where it is.'),
    state: param.withDefault(param.choice('What it is.', ['file', 'directory', 'absent']), 'file'),
    owner: param.optional(param.account('Who owns it.')),
    mode: param.optional(param.mode('Its mode.')),
    size: param.optional(param.integer('Its size.', { minimum: 0 })),
  }),
  read: () => Promise.resolve({ state: null, seen: null }),
  desired: (params) => ({ path: params.path }),
  steps: () => [],
});

const command = defineModule({
  name: 'command',
  summary: 'A program.',
  params: param.object({ argv: param.list('Its words.', param.string('A word.'), { minItems: 1 }) }),
  read: () => Promise.resolve({ state: null, seen: null }),
  desired: () => ({}),
  steps: () => [],
});

const volume = defineModule({
  name: 'external_volume',
  summary: 'A directory that is a volume.',
  params: param.object({ path: param.path('Where it is.'), owner: param.optional(param.account('Who owns it.')) }),
  read: () => Promise.resolve({ state: null, seen: null }),
  desired: (params) => ({ path: params.path }),
  steps: () => [],
});

const cluster = defineClusterModule({
  name: 'pool',
  summary: 'Something that hosts make up together.',
  params: param.object({ name: param.name('Its name.'), brick: param.optional(param.path('Its directory.')) }),
  read: () => Promise.resolve({ state: null, seen: null }),
  desired: (params) => ({ name: params.name }),
  steps: () => [],
});

const mount = defineModule({
  name: 'mount',
  summary: 'A mount.',
  params: param.object({ path: param.path('Where it is.'), source: param.string('What it shows.') }),
  read: () => Promise.resolve({ state: null, seen: null }),
  desired: (params) => ({ path: params.path }),
  steps: () => [],
});

const volumes = param.variants('kind', 'What the volume is.', {
  external: param.object({
    name: param.name('Its name.'),
    mount_point: param.path('Where it is.'),
    owner: param.late(param.withDefault(param.account('Who owns it.'), 'root')),
  }),
  gluster: param.object({ name: param.name('Its name.'), mount_point: param.path('Where it is.') }),
});

const imageStorage = defineComposite({
  name: 'image_storage',
  summary: 'Volumes for images.',
  params: param.object({
    name: param.name('Its name.'),
    volumes: param.withDefault(param.list('Its volumes.', volumes), []),
  }),
  expand(params, hosts) {
    const nodes: ExpandedNode[] = [];
    const names = new Set<string>();
    for (const [index, one] of params.volumes.entries()) {
      const at = `/volumes/${index}`;
      if (names.has(one.name)) {
        const message = `two volumes are named "${one.name}"`;
        return {
          nodes: [],
          problems: [{ code: 'DUPLICATE_NAME', message, pointer: `${at}/name`, help: 'rename one' }],
        };
      }
      names.add(one.name);
      const part = `Volume "${one.name}"`;
      const path = one.mount_point;
      const base = { pointer: at, part, hosts };
      if (one.kind === 'external') {
        const given = { path, owner: one.owner };
        nodes.push({ ...base, key: one.name, name: part, module: 'external_volume', params: given, together: false });
        continue;
      }
      const pool = `${one.name}.pool`;
      const source = `gluster:${one.name}`;
      nodes.push({ ...base, key: pool, name: part, module: 'pool', params: { name: one.name }, together: true });
      const mounted = { ...base, key: `${one.name}.mount`, name: part, module: 'mount', together: false };
      nodes.push({ ...mounted, params: { path, source }, needs: [pool] });
    }
    return { nodes, problems: [] };
  },
  inspect: () => [],
  observe: (params) => ({
    kind: 'image_storage',
    name: params.name,
    state: 'ok',
    message: '',
    hosts: [],
    children: [],
  }),
});

const qemu = defineHostFact({
  name: 'qemu',
  summary: 'Who runs the guests.',
  shape: param.object({ user: param.account('The user.'), group: param.account('The group.') }),
  request: () => ({ argv: ['id', 'qemu'] }),
  parse: () => ({ user: 'qemu', group: 'qemu' }),
});

const fakes: readonly SealedModule[] = [file, command, volume, cluster, mount, imageStorage];

/** `file`, `command`, `external_volume`, `mount` of one host, the cluster module `pool`, `image_storage`, `facts.qemu`. */
export const fakeCatalog: Catalog = {
  modules: new Map(fakes.map((module) => [module.name, module])),
  facts: new Map([[qemu.name, qemu]]),
};
