import type { Json } from '../../src/model/json.js';
import type { Fact, Probe, RunResult } from '../../src/transport/probe.js';

/** What a fake host answers: to a fact its parsed value, or what the host printed for its parser. */
export type FakeReply = { readonly value: Json } | { readonly raw: RunResult };

export interface FakeProbe extends Probe {
  /** Replies that nobody asked for. */
  unused(): readonly string[];
}

/**
 * A host that answers what is scripted and throws for everything else. Replies go by `FACT ARG…`, `argv WORD…` or
 * `readFile PATH`, with ` as USER` behind for looks as another user.
 */
export function fakeProbe(host: string, replies: Readonly<Record<string, FakeReply>>): FakeProbe {
  const used = new Set<string>();
  function answer(words: readonly string[], as: string | undefined): FakeReply {
    const key = [...words, ...(as === undefined ? [] : ['as', as])].join(' ');
    const reply = replies[key];
    if (reply === undefined) throw new Error(`${host} has no reply for: ${key}`);
    used.add(key);
    return reply;
  }
  return {
    host,
    unused: () => Object.keys(replies).filter((key) => !used.has(key)),
    run(argv, options) {
      const reply = answer(['argv', ...argv], options?.as);
      if (!('raw' in reply)) throw new Error('a run is answered by a raw reply');
      return Promise.resolve(reply.raw);
    },
    readFile(path, options) {
      const reply = answer(['readFile', path], options?.as);
      if (!('value' in reply)) throw new Error('a file is answered by its text or null');
      return Promise.resolve(reply.value as string | null);
    },
    fact<T, A extends readonly string[]>(fact: Fact<T, A>, args: A, options?: { readonly as?: string }): Promise<T> {
      const reply = answer([fact.name, ...args], options?.as);
      if ('value' in reply) return Promise.resolve(reply.value as T);
      try {
        return Promise.resolve(fact.parse(reply.raw, args));
      } catch (error) {
        return Promise.reject(error as Error);
      }
    },
  };
}
