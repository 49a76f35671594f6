import type { Checked } from '../model/diagnostic.js';
import type { Span, Value } from '../model/source.js';
import { parseYaml } from '../text/yaml.js';
import type { FileSource } from './files.js';
import { problem, startOf } from './problem.js';

/**
 * Reads one YAML file.
 * @param namedAt where the user named the file; mistakes about the file as a whole are shown there
 */
export async function readDocument(files: FileSource, file: string, namedAt?: Span): Promise<Checked<Value>> {
  const result = await files.read(file);
  if ('bytes' in result) return parseYaml(file, result.bytes);
  const { code, message } = result.error;
  return { diagnostics: [problem(code, namedAt ?? startOf(file), message)] };
}
