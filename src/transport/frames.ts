/** Takes what one stream of a shell brings, in order. */
export interface FrameSink {
  payload(chunk: Buffer): void;
  /** The words of a frame after its nonce. */
  frame(words: readonly string[]): void;
}

/**
 * Takes a stream apart into payload, byte for byte, and frames: lines `NEWLINE NONCE words… NEWLINE` that our script
 * prints. The nonce is not known to commands whose output is the payload. Chunks may end anywhere.
 * @returns a function to be called with each chunk
 */
export function splitFrames(nonce: string, sink: FrameSink): (chunk: Buffer) => void {
  const marker = Buffer.from(`\n${nonce} `);
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const start = rest.indexOf(marker);
      // Without a marker, all but a possible beginning of one is payload.
      const certain = start < 0 ? Math.max(0, rest.length - marker.length + 1) : start;
      if (certain > 0) sink.payload(rest.subarray(0, certain));
      rest = rest.subarray(certain);
      if (start < 0) return;
      const end = rest.indexOf('\n', marker.length);
      if (end < 0) return;
      const words = rest.toString('latin1', marker.length, end).split(' ');
      rest = rest.subarray(end + 1);
      sink.frame(words);
    }
  };
}
