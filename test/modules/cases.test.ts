import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { modules } from '../../modules/index.js';
import type { Change } from '../../src/model/change.js';
import type { Json, JsonObject } from '../../src/model/json.js';
import type { HostStep, Step, StepResult } from '../../src/model/step.js';
import type { SealedAction, SealedComposite, SealedModule, SealedStateful } from '../../src/module/define.js';
import { diff } from '../../src/module/diff.js';
import type { Member } from '../../src/module/module.js';
import { fakeProbe } from '../support/fakeProbe.js';
import type { FakeProbe, FakeReply } from '../support/fakeProbe.js';
import { validated } from '../support/validated.js';

/**
 * A case of a module: parameters and what hosts answer, and what comes of it. `host` is one host; `hosts` are the members
 * of a cluster object, or for a composite the names of the hosts. A reply is the value of the fact, or
 * `{ raw: { code, stdout, stderr } }` for its parser. Of a stat only what differs from a common file is written.
 */
interface Case {
  readonly case: string;
  readonly params: JsonObject;
  readonly host?: Readonly<Record<string, Json>>;
  readonly hosts?: Readonly<Record<string, Readonly<Record<string, Json>> | string>> | readonly string[];
  /** Hosts that may not be changed. */
  readonly outside?: readonly string[];
  readonly results?: readonly Partial<StepResult>[];
  readonly expect: Expected;
}

interface Expected {
  readonly change?: string | { readonly kind: string; readonly desired?: JsonObject; readonly fields?: JsonObject };
  readonly steps?: readonly JsonObject[];
  readonly refusals?: readonly JsonObject[];
  /** Part of the message that the look or the step throws. */
  readonly error?: string;
  readonly needed?: boolean;
  readonly result?: JsonObject;
  readonly nodes?: readonly JsonObject[];
  readonly problems?: readonly JsonObject[];
  readonly safeWithout?: boolean;
}

/** Tests run compiled, from dist/test/modules; sources are three folders up. */
const root = normalize(join(import.meta.dirname, '..', '..', '..', 'modules'));
const commonStat = {
  ...{ type: 'file', mode: '0755', owner: 'root', group: 'root', uid: 0, gid: 0 },
  ...{ size: 4096, dev: '2049', ino: '131' },
};

for (const module of modules) {
  const folder = join(root, module.name, 'cases');
  describe(`module ${module.name}`, () => {
    for (const name of readdirSync(folder).sort()) {
      const cases = parse(readFileSync(join(folder, name), 'utf8'), { merge: true }) as readonly Case[];
      for (const entry of cases) {
        it(entry.case, () => check(module, entry));
      }
    }
  });
}

async function check(module: SealedModule, entry: Case): Promise<void> {
  const params = validated(module, entry.params);
  switch (module.kind) {
    case 'resource':
    case 'cluster':
      return checkStateful(module, params, entry);
    case 'action':
      return checkAction(module, params, entry);
    case 'composite':
      checkComposite(module, params, entry);
      return;
  }
}

async function checkStateful(module: SealedStateful, params: JsonObject, entry: Case): Promise<void> {
  const probes = membersOf(entry);
  const members = new Map<string, Member>(
    [...probes].map(([host, probe]) => [
      host,
      typeof probe === 'string' ? { unreachable: probe } : { probe, mayChange: entry.outside?.includes(host) !== true },
    ]),
  );
  const { error } = entry.expect;
  if (error !== undefined) {
    expect(await failure(() => module.assess(params, members))).to.contain(error);
    return;
  }
  const assessed = await module.assess(params, members);
  if (assessed.kind !== 'assessed') throw new Error(assessed.reason);
  const { change, steps, refusals, desired } = assessed.assessment;
  checkChange(change, entry.expect.change ?? 'none');
  checkSteps(
    steps.map((step) => (entry.host === undefined ? step : withoutHost(step))),
    entry.expect.steps ?? [],
  );
  expect(refusals).to.have.length(entry.expect.refusals?.length ?? 0);
  for (const [index, refusal] of (entry.expect.refusals ?? []).entries()) expect(refusals[index]).to.include(refusal);
  expect(diff(desired, desired)).to.deep.equal({ kind: 'none' });
  expect(unused(probes), 'replies that nobody asked for').to.deep.equal([]);
  if (entry.expect.safeWithout !== undefined && change.kind !== 'none' && change.kind !== 'unknown') {
    expect(module.safeWithout(change, ['other'], params)).to.equal(entry.expect.safeWithout);
  }
}

function checkChange(change: Change, wanted: Expected['change'] & {}): void {
  const expected = typeof wanted === 'string' ? { kind: wanted } : wanted;
  expect(change.kind).to.equal(expected.kind);
  if (expected.desired !== undefined) expect('desired' in change && change.desired).to.deep.equal(expected.desired);
  if (change.kind !== 'update') return;
  const fields = Object.fromEntries(change.fields.map(({ path, from, to }) => [path.join('.'), [from, to]]));
  expect(fields).to.deep.equal(expected.fields);
}

function checkSteps(steps: readonly Step[], expected: readonly JsonObject[]): void {
  expect(JSON.parse(JSON.stringify(steps))).to.deep.equal(steps);
  expect(steps.map(withoutScript)).to.deep.equal(expected);
  const argv = steps.flatMap((step) => (step.kind === 'run' ? step.argv : []));
  expect(argv.every((word) => typeof word === 'string' && !word.includes('\0'))).to.equal(true);
}

async function checkAction(module: SealedAction, params: JsonObject, entry: Case): Promise<void> {
  const probe = fakeProbe('kvm1', repliesOf(entry.host ?? {}));
  expect(await module.needed(params, probe)).to.equal(entry.expect.needed ?? true);
  expect(probe.unused()).to.deep.equal([]);
  if (entry.expect.error !== undefined) {
    expect(await failure(() => module.steps(params))).to.contain(entry.expect.error);
    return;
  }
  if (entry.expect.steps !== undefined) checkSteps(module.steps(params), entry.expect.steps);
  const results = (entry.results ?? []).map((result) => ({ code: 0, stdout: '', stderr: '', seconds: 0, ...result }));
  if (entry.expect.result !== undefined) expect(module.result(results, params)).to.deep.equal(entry.expect.result);
}

function checkComposite(module: SealedComposite, params: JsonObject, entry: Case): void {
  if (!Array.isArray(entry.hosts)) throw new Error('a composite is expanded for a list of hosts');
  const { nodes, problems } = module.expand(params, entry.hosts as readonly string[]);
  if (entry.expect.nodes !== undefined) expect(nodes).to.deep.equal(entry.expect.nodes);
  expect(problems).to.have.length(entry.expect.problems?.length ?? 0);
  for (const [index, problem] of (entry.expect.problems ?? []).entries()) expect(problems[index]).to.include(problem);
  for (const node of nodes) {
    const made = modules.find((other) => other.name === node.module);
    if (made === undefined) throw new Error(`there is no module ${node.module}`);
    validated(made, node.params);
  }
}

function membersOf(entry: Case): ReadonlyMap<string, FakeProbe | string> {
  const hosts = entry.hosts ?? { kvm1: entry.host ?? {} };
  return new Map(
    Object.entries(hosts).map(([host, replies]) => [
      host,
      typeof replies === 'string' ? replies : fakeProbe(host, repliesOf(replies)),
    ]),
  );
}

function repliesOf(replies: Readonly<Record<string, Json>>): Readonly<Record<string, FakeReply>> {
  return Object.fromEntries(Object.entries(replies).map(([key, reply]) => [key, replyOf(key, reply)]));
}

function replyOf(key: string, reply: Json): FakeReply {
  if (typeof reply !== 'object' || reply === null || Array.isArray(reply)) return { value: reply };
  // Arrays and null were handled above.
  const fields = reply as JsonObject;
  if ('raw' in fields) {
    return { raw: { code: 0, stdout: '', stderr: '', ...(fields['raw'] as JsonObject) } };
  }
  return { value: /^(pathStat|slowStat) /.test(key) ? { ...commonStat, ...fields } : fields };
}

function unused(probes: ReadonlyMap<string, FakeProbe | string>): readonly string[] {
  return [...probes].flatMap(([host, probe]) =>
    typeof probe === 'string' ? [] : probe.unused().map((key) => `${host}: ${key}`),
  );
}

function withoutHost(step: HostStep): Step {
  const { host, ...rest } = step;
  expect(host).to.equal('kvm1');
  return rest;
}

/** Scripts are run for real by the tests of facts and modules; here they would only be noise. */
function withoutScript(step: Step): Step {
  if (step.kind === 'prove') return { ...step, script: '<script>' };
  if (step.kind !== 'run') return step;
  return { ...step, argv: step.argv.map((word) => (word.includes('\n') ? '<script>' : word)) };
}

async function failure(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('nothing was thrown');
}
