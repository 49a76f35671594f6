const parents = ['/usr', '/var'];
const kernel = ['/proc', '/sys', '/dev', '/boot'];
const top = new Set([
  ...['/bin', '/boot', '/dev', '/etc', '/home', '/lib', '/lib32', '/lib64', '/libx32', '/lost+found', '/media', '/mnt'],
  ...['/opt', '/proc', '/root', '/run', '/sbin', '/srv', '/sys', '/tmp', '/usr', '/var'],
  ...['/etc/passwd', '/etc/group', '/etc/shadow', '/etc/gshadow', '/etc/fstab', '/etc/sudoers', '/etc/ssh'],
]);

/** Whether a path is part of every system: the directories of the standard, what is directly in /usr and /var, and the kernel's. */
export function isSystemPath(path: string): boolean {
  const parent = path.slice(0, path.lastIndexOf('/'));
  return (
    path === '/' || top.has(path) || parents.includes(parent) || kernel.some((tree) => path.startsWith(`${tree}/`))
  );
}
