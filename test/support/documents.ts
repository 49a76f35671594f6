import { loadInventory } from '../../src/load/inventory.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import type { Inventory } from '../../src/model/inventory.js';
import type { Text } from '../../src/model/playbook.js';
import type { Value } from '../../src/model/source.js';
import { parseYaml } from '../../src/text/yaml.js';
import { memoryFiles } from './memoryFiles.js';
import { say } from './say.js';

/** The document of a YAML text that has no mistakes. */
export function documentOf(file: string, text: string): Value {
  const { value, diagnostics } = parseYaml(file, Buffer.from(text));
  if (value === undefined || diagnostics.length > 0) throw new Error(diagnostics.map(say).join('\n'));
  return value;
}

/** A text on the command line. */
export function textAt(file: string, text: string): Text {
  return { text, lines: [{ line: 1, column: 1 }], at: { file, line: 1, column: 1, length: text.length } };
}

/** Loads an inventory of files in memory, without mistakes. */
export async function inventoryOf(
  contents: Readonly<Record<string, string>>,
  playbookFolder?: string,
): Promise<Inventory> {
  const sources = Object.keys(contents).filter((file) => !/_vars\//.test(file));
  const input = { sources, ...(playbookFolder === undefined ? {} : { playbookFolder }) };
  const { value, diagnostics } = await loadInventory(memoryFiles(contents), input);
  if (value === undefined || diagnostics.length > 0) throw new Error(sayAll(diagnostics).join('\n'));
  return value;
}

export function sayAll(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(say);
}
