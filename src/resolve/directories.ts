import type { Span } from '../model/source.js';

/** A directory that a part of a storage object has for itself on some hosts. */
export interface OwnDirectory {
  /** Absolute, without a trailing slash. */
  readonly path: string;
  /** For people: `the volume "a" of Image Storage "gold"`. */
  readonly owner: string;
  readonly hosts: readonly string[];
  readonly at: Span;
}

/** The directories of all storage objects so far. */
export interface Directories {
  /** Takes a directory. @returns one taken before that is the same, holds it or lies in it, on one of its hosts */
  take(directory: OwnDirectory): OwnDirectory | undefined;
}

/** Each directory is found by its path, and by the path of everything above it: thousands stay cheap. */
export function createDirectories(): Directories {
  const at = new Map<string, OwnDirectory[]>();
  const below = new Map<string, OwnDirectory[]>();
  const add = (map: Map<string, OwnDirectory[]>, path: string, directory: OwnDirectory): void => {
    const known = map.get(path);
    if (known === undefined) map.set(path, [directory]);
    else known.push(directory);
  };
  return {
    take(directory) {
      const above = pathsAbove(directory.path);
      const near = [at.get(directory.path), ...above.map((path) => at.get(path)), below.get(directory.path)];
      const other = near.flatMap((found) => found ?? []).find(({ hosts }) => shareHost(hosts, directory.hosts));
      // Whoever meets the first one meets this one as well: it need not be known.
      if (other !== undefined) return other;
      add(at, directory.path, directory);
      for (const path of above) add(below, path, directory);
      return undefined;
    },
  };
}

function pathsAbove(path: string): readonly string[] {
  const above: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) above.push(path.slice(0, end));
  return path === '/' ? [] : [...above, '/'];
}

/** Objects of one play have the same list. */
export function shareHost(left: readonly string[], right: readonly string[]): boolean {
  if (left === right) return left.length > 0;
  const known = new Set(left);
  return right.some((host) => known.has(host));
}
