import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { externalVolume } from '../../modules/external_volume/index.js';
import { markStep, proofSteps } from '../../modules/external_volume/steps.js';
import type { HostLook } from '../../modules/external_volume/look.js';
import { file } from '../../modules/file/index.js';
import type { Assessment } from '../../src/model/change.js';
import type { JsonObject } from '../../src/model/json.js';
import type { Step } from '../../src/model/step.js';
import type { SealedStateful } from '../../src/module/define.js';
import type { RunResult } from '../../src/transport/probe.js';
import { localProbe, perform } from '../support/localShell.js';
import type { LocalShell } from '../support/localShell.js';
import { validated } from '../support/validated.js';
import { needsRoot } from '../support/root.js';

describe('modules on this machine', function () {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  const here: LocalShell = { shell: 'dash' };

  before(function () {
    needsRoot(this);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stowage-modules-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function assess(module: SealedStateful, params: JsonObject): Promise<Assessment> {
    const members = new Map([['localhost', { probe: localProbe(here), mayChange: true }]]);
    const assessed = await module.assess(validated(module, params), members);
    if (assessed.kind !== 'assessed') throw new Error(assessed.reason);
    return assessed.assessment;
  }

  function act(step: Step, shell: LocalShell = here): RunResult {
    if (step.kind === 'write') throw new Error('files are written by the transport');
    return perform(shell, step.kind === 'run' ? { argv: step.argv } : { script: step.script, args: step.args });
  }

  const rows: readonly {
    readonly title: string;
    readonly before?: (path: string) => void;
    readonly params: JsonObject;
    readonly change: string;
  }[] = [
    { title: 'creates a directory', params: { state: 'directory', mode: '0750', owner: 'daemon' }, change: 'create' },
    {
      title: 'creates a directory with the mode that is wanted where new ones inherit the set-group-ID bit',
      before: (path) => {
        chmodSync(join(path, '..'), 0o2755);
      },
      params: { state: 'directory', mode: '0755' },
      change: 'create',
    },
    {
      title: 'takes the set-group-ID bit of a directory away',
      before: (path) => {
        mkdirSync(path);
        chmodSync(path, 0o2755);
      },
      params: { mode: '0755' },
      change: 'update',
    },
    {
      title: 'keeps the set-user-ID bit when it changes the owner',
      before: (path) => {
        writeFileSync(path, '');
        chmodSync(path, 0o4755);
      },
      params: { mode: '4755', owner: 'daemon', group: 'daemon' },
      change: 'update',
    },
    { title: 'creates a link', params: { state: 'link', src: '-to nowhere', owner: 'daemon' }, change: 'create' },
    {
      title: 'points a link that leads to a directory elsewhere',
      before: (path) => {
        symlinkSync('/tmp', path);
      },
      params: { state: 'link', src: '/var', group: 'daemon' },
      change: 'update',
    },
    {
      title: 'removes an empty directory',
      before: (path) => {
        mkdirSync(path);
      },
      params: { state: 'absent' },
      change: 'delete',
    },
    {
      title: 'removes a link and not what it leads to',
      before: (path) => {
        symlinkSync('/tmp', path);
      },
      params: { state: 'absent' },
      change: 'delete',
    },
  ];

  for (const { title, before: prepare, params, change } of rows) {
    it(title, async () => {
      const path = at('-odd "name" with\tblanks');
      prepare?.(path);
      const planned = await assess(file, { path, ...params });
      expect(planned.change.kind).to.equal(change);
      expect(planned.refusals).to.deep.equal([]);
      for (const step of planned.steps) expect(act(step)).to.include({ code: 0, stderr: '' });
      expect((await assess(file, { path, ...params })).change.kind).to.equal('none');
    });
  }

  it('creates the directories above a directory', async () => {
    const params = { path: at('a/b/c'), state: 'directory', mode: '0711', group: 'daemon' };
    const { steps } = await assess(file, params);
    for (const step of steps) expect(act(step)).to.include({ code: 0 });
    expect((await assess(file, params)).change.kind).to.equal('none');
    expect((await assess(file, { ...params, path: at('a') })).change.kind).to.equal('none');
  });

  const uid = 2;
  const user = 'bin';
  const wanted = (): { name: string; storage: string; mount_point: string; shared: boolean } => ({
    ...{ name: 'volume', storage: 'storage', shared: true },
    mount_point: at('it is a volume'),
  });
  const seen: HostLook = {
    ...{ mayChange: true, user, oneUid: false, directory: null, above: {}, mount: null, access: null },
    ...{ recorded: false, proved: false, marker: null, machineId: '' },
  };

  it('proves that a user can write and leaves nothing behind', () => {
    const { mount_point: path } = wanted();
    mkdirSync(path);
    chownSync(path, uid, uid);
    const [prove] = proofSteps('localhost', wanted(), seen);
    if (prove === undefined) throw new Error('there is no step');
    expect(act(prove, { ...here, uid })).to.include({ code: 0, stdout: '', stderr: '' });
    expect(readdirSync(path)).to.deep.equal([]);
  });

  it('says who could not write where', () => {
    const { mount_point: path } = wanted();
    mkdirSync(path);
    const [prove] = proofSteps('localhost', wanted(), seen);
    if (prove === undefined) throw new Error('there is no step');
    const reply = act(prove, { ...here, uid });
    expect(reply.code).to.equal(1);
    expect(reply.stderr)
      .to.contain(`${user} may create files in ${path} by its owner and mode`)
      .and.contain('root_squash');
  });

  it('marks a volume and never replaces a marker', () => {
    const { mount_point: path } = wanted();
    mkdirSync(path);
    chownSync(path, uid, uid);
    const marker = (): string => readFileSync(join(path, '.stowage-volume'), 'utf8');
    const first = markStep('localhost', 'a'.repeat(64), wanted(), seen);
    expect(act(first, { ...here, uid })).to.include({ code: 0, stderr: '' });
    expect(JSON.parse(marker())).to.deep.equal({
      stowage: 1,
      storage: 'storage',
      volume: 'volume',
      id: 'a'.repeat(64),
    });
    const second = markStep('localhost', 'b'.repeat(64), wanted(), seen);
    act(second, { ...here, uid });
    expect(marker()).to.contain('aaaa');
    expect(perform(here, { argv: ['ls', '-A', path] }).stdout).to.equal('.stowage-volume\n');
  });

  it('establishes nothing where guests run as the user that looks', async () => {
    const params = { ...wanted(), mount_point: folder, shared: false, qemu_user: 'root' };
    expect((await assess(externalVolume, params)).change.kind).to.equal('none');
    const missing = await assess(externalVolume, { ...params, mount_point: at('gone') });
    expect(missing.refusals.map((refusal) => refusal.code)).to.deep.equal(['PATH_MISSING']);
  });
});
