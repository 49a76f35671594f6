import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { LabResult } from './lab.js';

/** Waits for the end of a process with piped streams; its stdin ends at once. @throws Error when it cannot be started */
export function finish(child: ChildProcess): Promise<LabResult> {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (data: string) => (output.stdout += data));
  child.stderr?.setEncoding('utf8').on('data', (data: string) => (output.stderr += data));
  child.stdin?.on('error', () => undefined).end();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), ...output });
    });
  });
}
