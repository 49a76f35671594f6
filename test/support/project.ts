import { defaultConfig } from '../../src/load/config.js';
import type { Config } from '../../src/load/config.js';
import { readExtraVars } from '../../src/load/commandLine.js';
import { loadPlaybook } from '../../src/load/playbook.js';
import type { Checked } from '../../src/model/diagnostic.js';
import type { Graph, ModuleNode } from '../../src/model/graph.js';
import type { Catalog } from '../../src/module/index.js';
import { resolveGraph } from '../../src/resolve/graph.js';
import { documentOf, inventoryOf, sayAll, textAt } from './documents.js';
import { fakeCatalog } from './fakeModules.js';
import { memoryFiles } from './memoryFiles.js';

/** A whole project of a test, as text. */
export interface Project {
  readonly playbook: string;
  /** Files of the inventory with their variables. */
  readonly inventory?: Readonly<Record<string, string>>;
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly extra?: readonly string[];
  readonly config?: Partial<Config>;
  readonly catalog?: Catalog;
}

const threeHosts = { 'inv.yml': 'kvm: { hosts: { "kvm[1:3]": } }\n' };

/** Loads and resolves a project whose files have no mistakes of their own. */
export async function resolveProject(project: Project): Promise<Checked<Graph>> {
  const catalog = project.catalog ?? fakeCatalog;
  const loaded = loadPlaybook(documentOf('site.yml', project.playbook), 'site.yml', catalog);
  const extra = await readExtraVars(memoryFiles({}), project.extra ?? []);
  const wrong = sayAll([...loaded.diagnostics, ...extra.diagnostics]);
  if (loaded.value === undefined || wrong.length > 0) throw new Error(wrong.join('\n'));
  return resolveGraph({
    playbook: loaded.value,
    inventory: await inventoryOf(project.inventory ?? threeHosts),
    catalog,
    config: { ...defaultConfig, ...project.config },
    options: {
      ...(project.limit === undefined ? {} : { limit: [textAt('--limit', project.limit)] }),
      tags: project.tags ?? [],
      skipTags: project.skipTags ?? [],
      ...(extra.value === undefined ? {} : { extraVars: extra.value }),
    },
    controller: { user: 'me', home: '/home/me', cwd: '/work', agent: '/run/agent' },
  });
}

/** The graph of a project without mistakes. */
export async function graphOf(project: Project): Promise<Graph> {
  const { value, diagnostics } = await resolveProject(project);
  if (value === undefined || diagnostics.length > 0) throw new Error(sayAll(diagnostics).join('\n'));
  return value;
}

/** A node by its identifier. */
export function nodeOf(graph: Graph, id: string): ModuleNode {
  const node = graph.nodes.find((candidate) => candidate.id === id);
  if (node?.kind !== 'module') throw new Error(`no node ${id}: ${graph.nodes.map((one) => one.id).join(' ')}`);
  return node;
}

/** Each node with what it waits for: `p1.tasks.2@kvm1 < need p1.tasks.1@kvm1`. */
export function orderOf(graph: Graph): readonly string[] {
  return graph.nodes.map((node) => {
    const edges = node.after.map((edge) => `${edge.kind} ${edge.node}`).join(', ');
    return edges === '' ? node.id : `${node.id} < ${edges}`;
  });
}
