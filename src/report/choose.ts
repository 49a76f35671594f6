/** Which reporter shows a run. */
export type ReporterKind = 'json' | 'plain' | 'tty' | 'many';

/** What is known of the place where progress is shown. */
export interface ReporterFacts {
  readonly isTty: boolean;
  /** Hosts of the run. */
  readonly hosts: number;
  readonly json: boolean;
  /** Append-only lines were asked for. */
  readonly plain: boolean;
  /** A CI system runs the command. */
  readonly ci: boolean;
  /** Rows of the terminal. */
  readonly rows: number;
}

/** Up to this many hosts have a row of their own. */
const ownRow = 12;
/** Rows that the heading and what runs below a host take, and that a view of many hosts needs at least. */
const spareRows = 4;

/** Chooses the reporter: JSON when asked for, lines unless a person sits in front of a terminal that has room. */
export function reporterKind(facts: ReporterFacts): ReporterKind {
  if (facts.json) return 'json';
  if (facts.plain || facts.ci || !facts.isTty || facts.rows < spareRows * 2) return 'plain';
  return facts.hosts <= ownRow && facts.hosts + spareRows <= facts.rows ? 'tty' : 'many';
}
