import { defineHostFact, param, readFailed } from 'stowage/module';
import type { HostFact } from 'stowage/module';

export interface OsFact {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  readonly family: string;
}

/** The operating system: `facts.os`. */
export const os: HostFact<OsFact> = defineHostFact({
  name: 'os',
  summary: 'The operating system, from /etc/os-release',
  shape: param.object({
    id: param.string('Lower-case name: debian, ubuntu, rocky'),
    version: param.string('Its version: 12, 24.04; empty for rolling distributions'),
    name: param.string('Name for people'),
    family: param.string('Whose packages it uses: debian, redhat, suse, arch, alpine; else its id'),
  }),
  request: () => ({ argv: ['cat', '/etc/os-release'] }),
  parse(reply) {
    const lines = new Map(reply.stdout.split('\n').flatMap(assignment));
    const id = lines.get('ID');
    if (reply.code !== 0 || id === undefined) throw readFailed('cannot read /etc/os-release', reply);
    return {
      id,
      version: lines.get('VERSION_ID') ?? '',
      name: lines.get('PRETTY_NAME') ?? id,
      family: familyOf([id, ...(lines.get('ID_LIKE') ?? '').split(' ')]),
    };
  },
});

export interface KernelFact {
  readonly release: string;
  readonly architecture: string;
}

/** The running kernel: `facts.kernel`. */
export const kernel: HostFact<KernelFact> = defineHostFact({
  name: 'kernel',
  summary: 'The running kernel',
  shape: param.object({
    release: param.string('As `uname -r` prints it'),
    architecture: param.string('As `uname -m` prints it: x86_64, aarch64'),
  }),
  request: () => ({ argv: ['uname', '-r', '-m'] }),
  parse(reply) {
    const match = /^(\S+) (\S+)\n?$/.exec(reply.stdout);
    if (reply.code !== 0 || match === null) throw readFailed('cannot tell the kernel', reply);
    return { release: match[1] ?? '', architecture: match[2] ?? '' };
  },
});

export interface MemoryFact {
  readonly total: number;
}

/** Main memory: `facts.memory`. */
export const memory: HostFact<MemoryFact> = defineHostFact({
  name: 'memory',
  summary: 'Main memory',
  shape: param.object({ total: param.integer('Bytes that the kernel can use') }),
  request: () => ({ argv: ['cat', '/proc/meminfo'] }),
  parse(reply) {
    const match = /^MemTotal: +(\d+) kB$/m.exec(reply.stdout);
    if (reply.code !== 0 || match === null) throw readFailed('cannot read /proc/meminfo', reply);
    return { total: Number(match[1]) * 1024 };
  },
});

/** Reads `KEY=value` with the quoting that os-release(5) allows. */
function assignment(line: string): readonly (readonly [string, string])[] {
  const match = /^([A-Z0-9_]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']*))\s*$/.exec(line);
  if (match === null) return [];
  const [, key = '', double, single, bare] = match;
  return [[key, double?.replaceAll(/\\(.)/g, '$1') ?? single ?? bare ?? '']];
}

function familyOf(ids: readonly string[]): string {
  const families: Readonly<Record<string, string>> = {
    debian: 'debian',
    ubuntu: 'debian',
    rhel: 'redhat',
    fedora: 'redhat',
    centos: 'redhat',
    suse: 'suse',
    opensuse: 'suse',
    sles: 'suse',
    arch: 'arch',
    alpine: 'alpine',
  };
  const known = ids.flatMap((id) => (Object.hasOwn(families, id) ? [families[id] ?? id] : []));
  return known[0] ?? ids[0] ?? '';
}
