import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { facts, modules } from '../../modules/index.js';
import type { Config } from '../load/config.js';
import type { Checked, Diagnostic } from '../model/diagnostic.js';
import type { Catalog, SealedModule } from '../module/define.js';
import type { HostFact } from '../module/fact.js';

/** The modules of stowage itself. */
export function ownCatalog(): Catalog {
  return catalogOf(modules, facts);
}

function catalogOf(all: readonly SealedModule[], hostFacts: readonly HostFact[]): Catalog {
  return {
    modules: new Map(all.map((module) => [module.name, module])),
    facts: new Map(hostFacts.map((fact) => [fact.name, fact])),
  };
}

/**
 * Adds the user's own modules: each folder that `modules` in stowage.yml names holds an `index.js` that exports
 * `modules` (and `facts`), made through the same door, `stowage/module`.
 * @param cwd what the folders are relative to
 */
export async function loadCatalog(config: Config, cwd: string): Promise<Checked<Catalog>> {
  const diagnostics: Diagnostic[] = [];
  const added: SealedModule[] = [];
  const addedFacts: HostFact[] = [];
  for (const folder of config.modules) {
    const file = path.resolve(cwd, folder, 'index.js');
    try {
      // Whoever names a folder of code in stowage.yml trusts it; what it exports is only checked for its form.
      const loaded = (await import(pathToFileURL(file).href)) as { modules?: unknown; facts?: unknown };
      if (!Array.isArray(loaded.modules)) throw new Error('it does not export a list named "modules"');
      added.push(...(loaded.modules as SealedModule[]));
      if (Array.isArray(loaded.facts)) addedFacts.push(...(loaded.facts as HostFact[]));
    } catch (error) {
      const message = `modules of ${folder} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
      const at = { file: 'stowage.yml', line: 1, column: 1, length: 1 };
      diagnostics.push({ code: 'BAD_CONFIG', severity: 'error', message, at });
    }
  }
  return diagnostics.length > 0
    ? { diagnostics }
    : { value: catalogOf([...modules, ...added], [...facts, ...addedFacts]), diagnostics };
}
