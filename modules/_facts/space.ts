import { defineFact, readFailed } from 'stowage/module';
import type { Fact } from 'stowage/module';
import { isAbsence } from './path.js';

/** Bytes of the file system that a path lies on. */
export interface Space {
  readonly total: number;
  readonly used: number;
  /** What an ordinary user may still write. */
  readonly available: number;
}

/** Space of the file system under a path; null when nothing is there. */
export const space: Fact<Space | null, readonly [path: string]> = defineFact({
  name: 'space',
  summary: 'Space of the file system that a path lies on',
  request: ([path]) => ({
    script: `LC_ALL=C stat -f -c '%S %b %f %a' -- "$1"`,
    args: [path],
    slow: true,
  }),
  parse(reply, [path]) {
    if (isAbsence(reply)) return null;
    const match = /^(\d+) (\d+) (\d+) (\d+)\n?$/.exec(reply.stdout);
    if (reply.code !== 0 || match === null) throw readFailed(`cannot tell the space of ${path}`, reply);
    const [block = 0, total = 0, free = 0, available = 0] = match.slice(1).map(Number);
    return { total: total * block, used: (total - free) * block, available: available * block };
  },
});
