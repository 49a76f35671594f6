import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finish } from '../finish.js';
import { finishing, packages } from './recipe.js';

/** The lab cannot be had on this machine; the message says why and what would help. */
export class LabUnavailable extends Error {}

/**
 * Gives the root folder that all hosts have as the lowest layer of theirs, and builds it from Debian's packages when
 * it is not there yet: about 90 s and 290 MB, once for each recipe and release of Debian. It may be deleted at any
 * time that no lab is up.
 * @param say is told what is done, a line at a time; when nothing is to do it is not called
 * @throws LabUnavailable when this is not root on Debian, or the packages cannot be had
 */
export async function labImage(say: (line: string) => void): Promise<string> {
  const release = checkMachine();
  const hash = createHash('sha256').update(JSON.stringify([buildScript, packages, finishing, release, process.arch]));
  const cache = join(process.env.XDG_CACHE_HOME ?? '/var/cache', 'stowage');
  const image = join(cache, `lab-${release}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(image)) return image;
  say(`Building the image of the lab's hosts from Debian's packages in ${image}; takes about 90 s, once.`);
  const start = performance.now();
  await mkdir(cache, { recursive: true });
  await build(join(cache, 'lock'), image, release, say);
  say(`Built in ${((performance.now() - start) / 1000).toFixed(0)} s.`);
  return image;
}

/** @returns the code name of Debian's release */
function checkMachine(): string {
  if (process.platform !== 'linux')
    throw new LabUnavailable(`its hosts are Linux namespaces, this is ${process.platform}`);
  if (process.getuid?.() !== 0) throw new LabUnavailable('only root may make hosts with real networks; run it as root');
  const system = readFileSync('/etc/os-release', 'utf8');
  const release = /^VERSION_CODENAME=["']?([a-z]+)/m.exec(system)?.[1];
  if (!/^ID=["']?debian\b/m.test(system) || release === undefined || !existsSync('/usr/bin/apt-get')) {
    throw new LabUnavailable("its hosts are built from Debian's packages by the tools of Debian; run it on Debian");
  }
  return release;
}

async function build(lock: string, image: string, release: string, say: (line: string) => void): Promise<void> {
  // In namespaces of its own: what is mounted for the build ends with it, and so does every process of it.
  const argv = [lock, 'unshare', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child', 'sh', '-c', buildScript];
  const child = spawn('flock', [...argv, 'build', image, release, packages.join(',')], {
    cwd: '/',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', FINISHING: finishing },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  createInterface(child.stdout).on('line', say);
  const { code, stderr } = await finish(child);
  if (code === 0) return;
  const end = stderr.trim().split('\n').slice(-5).join('\n  ');
  throw new LabUnavailable(`the image of its hosts could not be built (exit ${String(code)}):\n  ${end}`);
}

/**
 * Arguments: the image, the release, the packages. Runs under a lock; the image appears whole or not at all. The
 * mirrors are those of this machine for its own release.
 */
const buildScript = `
set -eu
image=$1 release=$2 packages=$3
[ ! -d "$image" ] || exit 0
umask 022
sources() {
  apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \\
    'Created-By: Packages' 'Origin: Debian' 'Component: main' | grep " $release" | sort -u
}
if ! command -v mmdebstrap >/dev/null; then
  echo "Installing on this machine what builds it: the package mmdebstrap"
  apt-get -qq update >&2
  apt-get -qq install --no-install-recommends mmdebstrap >&2
elif [ -z "$(sources)" ]; then
  apt-get -qq update >&2
fi
proxies=$(apt-config dump | grep -E '^Acquire::(http|https)::' || :)
rm -rf "$image.part"
set -- --variant=essential --format=directory --include="$packages" "$release" "$image.part"
[ -z "$proxies" ] || set -- --aptopt="$proxies" "$@"
lines=$(sources)
if [ -z "$lines" ]; then
  echo "the sources of apt on this machine name no mirror of Debian $release" >&2
  exit 1
fi
while read -r line; do set -- "$@" "$line"; done <<END
$lines
END
mmdebstrap "$@" >&2
chroot "$image.part" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -c "$FINISHING" >&2
mv "$image.part" "$image"
`;
