import type { StampedEvent } from '../model/event.js';
import type { Reporter, Sink } from './reporter.js';

/** The version of the lines; it changes when a consumer would have to. */
const format = 1;

/**
 * Prints each event as one line of JSON: first `{"stowage":VERSION,"format":1}`, then `{"seq":…,"time":…,"type":…,…}`.
 * Characters that could steer a terminal are escaped as JSON allows, so that the data stays the same.
 */
export function createJsonReporter(sink: Pick<Sink, 'write'>, version: string): Reporter {
  sink.write(jsonLine({ stowage: version, format }));
  return {
    handle: ({ seq, time, event }: StampedEvent) => {
      sink.write(jsonLine({ seq, time, ...event }));
    },
    close: () => Promise.resolve(),
  };
}

function jsonLine(value: object): string {
  return `${JSON.stringify(value).replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, escapeUnits)}\n`;
}

function escapeUnits(character: string): string {
  let escaped = '';
  for (let index = 0; index < character.length; index += 1) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
