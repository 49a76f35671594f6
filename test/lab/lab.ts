/** How a command ended. */
export interface LabResult {
  /** The exit code; 128 + signal number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One host of a lab. Everything but SSH reaches it from outside, so that a test sees what is really there. */
export interface LabHost {
  /** The name in the inventory and what `uname -n` says. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Runs a program as the host's root without SSH, stdin empty. A program that fails is a result, not an error. */
  run(argv: readonly string[]): Promise<LabResult>;
  /**
   * Lists what the host could have written: its mounts and every file of its own file systems with type, mode, owner,
   * size, times of change in nanoseconds, inode and SHA-256. Equal texts mean that nothing was written in between.
   */
  snapshot(): Promise<string>;
  /** Closes the SSH port and drops all connections, as a host that went down does. */
  stopSsh(): Promise<void>;
  /** Opens the same port again, with the same host key. Does nothing when it is open. */
  startSsh(): Promise<void>;
  /** Cuts all SSH connections without a word; the host stays up, and what runs there goes on. */
  dropConnections(): void;
  /** Every command that came by SSH since the lab started, in order. */
  execs(): readonly string[];
}

export interface Lab {
  readonly hosts: readonly LabHost[];
  /** Whether the hosts have users besides root; with `one` nothing about the access of another user can be proved. */
  readonly uids: 'range' | 'one';
  /** Holds everything below; removed by `stop`. */
  readonly dir: string;
  /** YAML with the group `hypervisors`. */
  readonly inventoryFile: string;
  readonly knownHostsFile: string;
  /** The private key that logs in as root. */
  readonly keyFile: string;
  /** A `stowage.yml` that names the files above. */
  readonly configFile: string;
  /** Ends every process of the lab and removes its mounts and files. Does nothing the second time. */
  stop(): Promise<void>;
}

/** @throws Error when the lab has no host of this name */
export function hostOf(lab: Lab, name: string): LabHost {
  const host = lab.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) throw new Error(`the lab has no host ${name}`);
  return host;
}
