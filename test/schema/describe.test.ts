import { expect } from 'chai';
import { describeParams, parameterTable } from '../../src/schema/describe.js';
import { param } from '../../src/schema/param.js';

const storage = param.object({
  name: param.name('Name of the storage'),
  mode: param.withDefault(param.mode('Mode'), '0755'),
  env: param.optional(param.record('Variables | settings')),
  volumes: param.optional(
    param.list(
      'Volumes',
      param.variants('kind', 'Kind of the volume', {
        external: param.object({ mount_point: param.string('Where') }),
        ocfs2: param.object({
          mount_point: param.string('Where'),
          device: param.late(param.string('Device')),
          nodes: param.list('Nodes', param.object({ port: param.withDefault(param.integer('Port'), 7777) })),
        }),
      }),
    ),
  ),
});

describe('describeParams', () => {
  it('names parameters with what they stand in', () => {
    const rows = describeParams(storage).map(({ name, type, required, cases }) => [name, type, required, cases.join()]);
    expect(rows).to.deep.equal([
      ['name', 'text', true, ''],
      ['mode', 'text', false, ''],
      ['env', 'map of text', false, ''],
      ['volumes', 'list of maps', false, ''],
      ['volumes[].kind', 'text', true, ''],
      ['volumes[].mount_point', 'text', true, ''],
      ['volumes[].device', 'text', true, 'kind: ocfs2'],
      ['volumes[].nodes', 'list of maps', true, 'kind: ocfs2'],
      ['volumes[].nodes[].port', 'whole number', false, 'kind: ocfs2'],
    ]);
  });

  it('keeps defaults, choices and what may be late', () => {
    const rows = new Map(describeParams(storage).map((row) => [row.name, row]));
    expect(rows.get('mode')?.fallback).to.equal('0755');
    expect(rows.get('volumes[].kind')?.choices).to.deep.equal(['external', 'ocfs2']);
    expect(rows.get('volumes[].device')?.late).to.equal(true);
  });
});

describe('parameterTable', () => {
  it('is a table whose cells hold no bare bars', () => {
    const lines = parameterTable(storage).trimEnd().split('\n');
    expect(lines).to.have.length(11);
    expect(lines[3]).to.equal(
      '| `mode` | text | `"0755"` | Mode. Has to be a quoted octal mode such as "0644". Example: `"0644"`. |',
    );
    expect(lines[4]).to.equal('| `env` | map of text | no | Variables \\| settings. |');
    expect(lines[8]).to.equal(
      '| `volumes[].device` | text | yes | Only with `kind: ocfs2`. Device. May be known only during the run. |',
    );
  });
});
