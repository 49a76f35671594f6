import { readFileSync } from 'node:fs';

/** The version in package.json, two folders above the built `src`. */
export const version = versionOf(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));

function versionOf(text: string): string {
  // package.json is ours and ships beside this file.
  return (JSON.parse(text) as { version: string }).version;
}
