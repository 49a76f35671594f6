const truths: Readonly<Record<string, string>> = {
  yes: 'true',
  on: 'true',
  no: 'false',
  off: 'false',
  none: 'null',
};

const others: Readonly<Record<string, string>> = {
  hostvars: 'variables of other hosts cannot be named; write what several hosts need into a group',
  item: 'loops are not part of the language yet; write a task for each item',
  omit: 'leave the key out, or write a task for each case',
  lookup: 'there are no lookups; use variables',
  role_path: 'there are no roles yet; use playbook_dir',
};

/**
 * Says what to write for a name that Ansible or YAML 1.1 gives a meaning and that nothing defines; absent for others.
 * @param facts names of the facts that there are
 */
export function nameAdvice(name: string, facts: readonly string[]): string | undefined {
  const word = name.toLowerCase();
  if (Object.hasOwn(truths, word)) return `write ${truths[word] ?? ''}`;
  if (Object.hasOwn(others, name)) return others[name];
  if (!name.startsWith('ansible_')) return undefined;
  const known = facts.length === 0 ? '' : `: ${facts.map((fact) => `facts.${fact}`).join(', ')}`;
  return `facts of a host are named below "facts"${known}`;
}
