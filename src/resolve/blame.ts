import type { Diagnostic } from '../model/diagnostic.js';
import type { Scope } from '../model/graph.js';
import type { Inventory } from '../model/inventory.js';
import type { Span, Value } from '../model/source.js';
import type { Reference } from '../text/evaluate.js';
import { referencesOf } from '../text/evaluate.js';

/** What was found wrong for one host. */
export interface HostFindings {
  readonly host: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Says each mistake once: without hosts when it is the same on all of them, else with the hosts that have it.
 * @param findings one item for each host that was looked at, also for those without mistakes
 */
export function mergeFindings(findings: readonly HostFindings[]): readonly Diagnostic[] {
  const merged = new Map<string, { readonly diagnostic: Diagnostic; readonly hosts: string[] }>();
  for (const { host, diagnostics } of findings) {
    for (const diagnostic of diagnostics) {
      const { code, message, at } = diagnostic;
      const key = JSON.stringify([code, message, at.file, at.line, at.column]);
      const known = merged.get(key);
      if (known === undefined) merged.set(key, { diagnostic, hosts: [host] });
      else if (known.hosts.at(-1) !== host) known.hosts.push(host);
    }
  }
  return [...merged.values()].map(({ diagnostic, hosts }) =>
    hosts.length === findings.length
      ? diagnostic
      : { ...diagnostic, message: `${diagnostic.message} on ${hostList(hosts)}` },
  );
}

const mostNamed = 5;

/** Host names for people: all of a few, the first of many. */
export function hostList(hosts: readonly string[]): string {
  if (hosts.length <= mostNamed) return hosts.join(', ');
  return `${hosts.slice(0, mostNamed).join(', ')} and ${hosts.length - mostNamed} more`;
}

/**
 * Finds which variable an "undefined" stands for, also behind variables that use it.
 * @param references what the text at hand names
 */
export function undefinedName(references: readonly Reference[], at: Span, scope: Scope): string | undefined {
  const seen = new Set<string>();
  const queue = [...references];
  for (let reference = queue.shift(); reference !== undefined; reference = queue.shift()) {
    const [name] = reference.path;
    if (name === undefined) continue;
    const place = reference.at;
    if (place.file === at.file && place.line === at.line && place.column === at.column) return name;
    const value: Value | undefined = Object.hasOwn(scope, name) ? scope[name] : undefined;
    if (value === undefined || seen.has(name)) continue;
    seen.add(name);
    queue.push(...referencesOf(value));
  }
  return undefined;
}

/** Says where other hosts have a variable: `defined in group_vars/media.yml for kvm1, kvm2`. */
export function definedElsewhere(name: string, inventory: Inventory): string | undefined {
  const places = new Map<string, string[]>();
  for (const host of inventory.hosts.values()) {
    for (const layer of host.layers) {
      if (!layer.vars.entries.some((entry) => entry.key === name)) continue;
      places.set(layer.origin, [...(places.get(layer.origin) ?? []), host.name]);
    }
  }
  if (places.size === 0) return undefined;
  // Each host may have it in a place of its own.
  const shown = [...places].slice(0, 3).map(([origin, hosts]) => `in ${origin} for ${hostList(hosts)}`);
  const more = places.size > shown.length ? `; in ${places.size - shown.length} more places` : '';
  return `defined ${shown.join('; ')}${more}`;
}
