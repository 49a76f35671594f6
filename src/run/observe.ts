import type { StorageObject } from '../model/graph.js';
import type { Json } from '../model/json.js';
import { isJsonObject } from '../model/json.js';
import type { PlanEntry } from '../model/plan.js';
import type { Value } from '../model/source.js';
import type { StatusNode, StatusReport } from '../model/status.js';
import type { SealedComposite } from '../module/define.js';
import type { Inspection, Observation, Observed } from '../module/module.js';
import { recordingProbe } from '../transport/reader.js';
import type { RunContext } from './context.js';
import type { HostSession, Sessions } from './session.js';
import type { Survey } from './survey.js';

/** Makes the guide's tree of what was found out, with the looks that only it needs (space, files). */
export async function observe(
  context: RunContext,
  sessions: Sessions,
  survey: Survey,
  now: Date,
): Promise<StatusReport> {
  const objects = await Promise.all(
    context.graph.objects.map(async (object) => ({
      section: object.section,
      node: await observeObject(context, sessions, survey, object),
    })),
  );
  // Also those whose connection ended while they were looked at.
  const lost = new Map([...survey.values()].flatMap(({ entry }) => Object.entries(entry.unreachable ?? {})));
  const of = (section: StorageObject['section']): readonly StatusNode[] =>
    objects.filter((object) => object.section === section).map(({ node }) => node);
  return {
    format: 1,
    time: now.toISOString(),
    hosts: await Promise.all([...sessions.values()].map((session) => reachability(session, lost))),
    imageStorages: of('image_storages'),
    mediaStorages: of('media_storages'),
    directStorages: of('direct_storages'),
  };
}

async function reachability(
  session: HostSession,
  lost: ReadonlyMap<string, string>,
): Promise<StatusReport['hosts'][number]> {
  const host = session.spec.name;
  try {
    await session.connection();
  } catch (error) {
    return { host, reachable: false, message: error instanceof Error ? error.message : String(error) };
  }
  const message = lost.get(host);
  return message === undefined ? { host, reachable: true, message: '' } : { host, reachable: false, message };
}

async function observeObject(
  context: RunContext,
  sessions: Sessions,
  survey: Survey,
  object: StorageObject,
): Promise<StatusNode> {
  // The graph was built from the same catalog, and objects only from composites.
  const composite = context.catalog.modules.get(object.composite) as SealedComposite;
  const params = writtenOf(object.params);
  if (!isJsonObject(params)) throw new Error(`${object.id} has no parameters`);
  const inspections = composite.inspect(params);
  const observations = await Promise.all(
    object.hosts.map(async (host): Promise<Observation> => ({
      host,
      nodes: nodesOn(object, host, survey),
      inspections: await inspect(sessions, object, host, inspections),
    })),
  );
  return composite.observe(params, observations);
}

/** The parameters as JSON; what is known only during the run stands as its author wrote it. */
function writtenOf(value: Value): Json {
  switch (value.kind) {
    case 'scalar':
      return value.value;
    case 'list':
      return value.items.map(writtenOf);
    case 'map':
      return Object.fromEntries(value.entries.map((entry) => [entry.key, writtenOf(entry.value)]));
    case 'template':
    case 'cel':
      return value.text;
    default:
      return value satisfies never;
  }
}

function nodesOn(object: StorageObject, host: string, survey: Survey): Readonly<Record<string, Observed>> {
  const observed: Record<string, Observed> = {};
  for (const [key, id] of Object.entries(object.nodes)) {
    const [name = key, on] = splitKey(key);
    if (on !== undefined && on !== host) continue;
    const assessed = survey.get(id);
    if (assessed === undefined) continue;
    const unreachable = assessed.entry.unreachable?.[host];
    if (unreachable !== undefined) observed[name] = { kind: 'unreachable', message: unreachable };
    else if (assessed.assessment !== undefined) observed[name] = { kind: 'assessed', assessment: assessed.assessment };
    else observed[name] = troubleOn(assessed);
  }
  return observed;
}

/** Keys of nodes of one host are `KEY@HOST`; host names hold no `@`. */
function splitKey(key: string): readonly [string, string?] {
  const at = key.lastIndexOf('@');
  return at < 0 ? [key] : [key.slice(0, at), key.slice(at + 1)];
}

function troubleOn({ trouble, entry }: { trouble?: unknown; entry: PlanEntry }): Observed {
  const [refusal] = entry.refusals;
  if (refusal !== undefined) return { kind: trouble === undefined ? 'unknown' : 'failed', message: refusal.message };
  const message = entry.change.kind === 'unknown' ? entry.change.reason : (entry.skipped ?? 'not looked at');
  return { kind: 'unknown', message };
}

async function inspect(
  sessions: Sessions,
  object: StorageObject,
  host: string,
  inspections: readonly Inspection[],
): Promise<Observation['inspections']> {
  const results = await Promise.all(
    inspections.map(async ({ key, fact, args }): Promise<[string, Observation['inspections'][string]]> => {
      try {
        const session = sessions.get(host);
        if (session === undefined) throw new Error(`host ${host} is not in the graph`);
        const { probe } = recordingProbe(host, await session.reader(object.becomeUser), []);
        return [key, { value: await probe.fact(fact, args) }];
      } catch (error) {
        return [key, { error: error instanceof Error ? error.message : String(error) }];
      }
    }),
  );
  return Object.fromEntries(results);
}
