import path from 'node:path';
import type { FileSource } from '../../src/load/files.js';

/** Files that exist only in a test, by path relative to the working directory. */
export function memoryFiles(contents: Readonly<Record<string, string>>): FileSource {
  const all = new Map(Object.entries(contents).map(([file, text]) => [path.posix.normalize(file), text]));
  const below = (folder: string): readonly string[] => {
    const prefix = path.posix.normalize(`${folder}/`);
    const inside = prefix === './' ? [...all.keys()] : [...all.keys()].filter((file) => file.startsWith(prefix));
    const start = prefix === './' ? 0 : prefix.length;
    return [...new Set(inside.map((file) => file.slice(start).split('/')[0] ?? ''))].sort();
  };
  return {
    read(file) {
      const text = all.get(path.posix.normalize(file));
      if (text !== undefined) return Promise.resolve({ bytes: Buffer.from(text) });
      return Promise.resolve({ error: { code: 'FILE_NOT_FOUND', message: `${file} does not exist` } });
    },
    list: (folder) => Promise.resolve(below(folder)),
    kind(file) {
      if (all.has(path.posix.normalize(file))) return Promise.resolve('file');
      return Promise.resolve(below(file).length > 0 ? 'folder' : 'missing');
    },
    digests: () => ({}),
  };
}
