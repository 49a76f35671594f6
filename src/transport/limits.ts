/** How long and how much a host may answer. Times are in seconds, sizes in bytes. */
export interface Limits {
  /** For one fast read and one guard; also for a shell to answer at all. */
  readonly fastDeadline: number;
  /** For one slow read. */
  readonly slowDeadline: number;
  /** How long after a kill or a deadline on the host the controller still waits for the answer. */
  readonly grace: number;
  /** Standard output of one read or step. */
  readonly output: number;
  /** Standard error of one read or step. */
  readonly errorOutput: number;
}

export const defaultLimits: Limits = {
  fastDeadline: 30,
  slowDeadline: 10,
  grace: 5,
  output: 4 * 1024 * 1024,
  errorOutput: 256 * 1024,
};

/** Bytes a second that even a very slow line carries; the time to send a script is allowed on top of deadlines. */
const slowestLine = 4096;

/** Seconds that sending a script of this many bytes may take. */
export function sendingTime(bytes: number): number {
  return bytes / slowestLine;
}
