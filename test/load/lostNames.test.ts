import { expect } from 'chai';
import { loadPlaybook } from '../../src/load/playbook.js';
import { documentOf } from '../support/documents.js';
import { fakeCatalog } from '../support/fakeModules.js';

describe('names that are lost with what is left out of a playbook', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['none of a task that can be used', '{ file: { path: /a }, register: r }', []],
    ['the result of a task without a module', '{ nosuch: , register: r }', ['r']],
    ['the result of a task whose parameters cannot be read', '{ file: path=/a, register: r }', ['r']],
    ['what set_fact defines', 'set_fact: { a: 1, b: 2 }', ['a', 'b']],
    ['results inside a block', 'block: [ { nosuch: , register: r } ]', ['r']],
    ['the item of a loop', '{ file: { path: "{{ item }}" }, with_items: [] }', ['item']],
    ['a named item of a loop', '{ file: { path: /a }, loop: [], loop_control: { loop_var: x } }', ['item', 'x']],
  ];
  for (const [title, task, lost] of rows) {
    it(`are ${title}`, () => {
      const document = documentOf('s.yml', `- hosts: all\n  tasks:\n    - ${task}\n`);
      expect(loadPlaybook(document, 's.yml', fakeCatalog).value?.lost).to.deep.equal(lost);
    });
  }

  it('are the results of a play without hosts', () => {
    const document = documentOf('s.yml', '- tasks: [ { file: { path: /a }, register: r } ]\n');
    expect(loadPlaybook(document, 's.yml', fakeCatalog).value?.lost).to.deep.equal(['r']);
  });
});
