import { expect } from 'chai';
import { suggest } from '../../src/model/suggest.js';

describe('suggest', () => {
  const names = ['name', 'mount_point', 'kind', 'device', 'on', 'off', 'sources', 'tags', 'tasks'];
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['nmae', 'name'],
    ['mount-point', 'mount_point'],
    ['Device', 'device'],
    ['devcies', 'device'],
    ['source', 'sources'],
    ['kidn', 'kind'],
    ['taks', 'tasks'],
    ['of', 'off'],
    ['xyz', undefined],
    ['x', undefined],
    ['', undefined],
    ['completely', undefined],
    ['name', undefined],
  ];
  for (const [word, expected] of cases) {
    it(`takes "${word}" for ${expected ?? 'nothing'}`, () => {
      expect(suggest(word, names)).to.equal(expected);
    });
  }
});
