import type { ExpandProblem } from 'stowage/module';
import type { ImageStorage } from './params.js';

const forbidden = ['/proc', '/sys', '/dev', '/etc', '/boot', '/usr'];

/** Mistakes that are seen without asking a host. */
export function problemsOf({ volumes }: ImageStorage, hosts: readonly string[]): readonly ExpandProblem[] {
  const first = new Map(volumes.map(({ name }, index) => [name, index] as const).reverse());
  return volumes.flatMap((volume, index) => {
    const pointer = `/volumes/${String(index)}`;
    const path = volume.mount_point;
    const problems: ExpandProblem[] = [];
    if (first.get(volume.name) !== index) {
      problems.push({
        code: 'DUPLICATE_NAME',
        message: `the image storage has two volumes named "${volume.name}"`,
        pointer: `${pointer}/name`,
      });
    }
    const system = path === '/' ? '/' : forbidden.find((directory) => isInside(path, directory));
    if (system !== undefined) {
      problems.push({
        code: 'CONFLICT',
        message: system === path ? `${path} cannot be a volume` : `${path} lies in ${system}, where no volume can be`,
        pointer: `${pointer}/mount_point`,
        help: 'use a directory such as /srv/images or /home/images',
      });
    }
    if (hosts.length > 1 && volume.shared === undefined) {
      problems.push({
        code: 'NOT_SHARED',
        message: `"${volume.name}" is on ${String(hosts.length)} hosts, and it is not said whether they share one directory`,
        pointer,
        help: 'write `shared: true` when the administrator mounts the same directory on all of them, `shared: false` when each host keeps images of its own',
      });
    }
    return problems;
  });
}

function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
