import { RunnerError } from '../model/errors.js';
import type { Reply } from '../model/step.js';

/** Some reads of a batch printed more than their cap; holds the replies of the others, in the order of the requests. */
export class OutputLimitError extends RunnerError {
  readonly replies: readonly (Reply | undefined)[];

  constructor(message: string, replies: readonly (Reply | undefined)[]) {
    super('OUTPUT_LIMIT', message, {
      help: 'look at a smaller part of it; a file of that size cannot be managed as text',
    });
    this.replies = replies;
  }
}
