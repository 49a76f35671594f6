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
  if ('bytes' in result) {
    if (!isVault(result.bytes)) return parseYaml(file, result.bytes);
    const help = 'keep the secret in a file that only you can read';
    return { diagnostics: [problem('UNSUPPORTED_YAML', startOf(file), 'encrypted files are not supported', help)] };
  }
  const { code, message } = result.error;
  return { diagnostics: [problem(code, namedAt ?? startOf(file), message)] };
}

/** Whether a file was encrypted as a whole, in Ansible's format. */
function isVault(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 15)).toString('latin1') === '$ANSIBLE_VAULT;';
}
