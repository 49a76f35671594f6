/*
 * A program: takes connections on every address of its network namespace, passes them on to port 22 of this host, and
 * holds each piece of data back for a while. Arguments: its port, milliseconds. Ends when its stdin does.
 */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

const [port, delay] = process.argv.slice(2).map(Number);

/** Timers of one length fire in the order in which they were set, and so data stays in order. */
function passOn(from: Socket, to: Socket): void {
  from.on('data', (data) => setTimeout(() => to.write(data), delay));
  from.on('end', () => setTimeout(() => to.end(), delay));
  from.on('error', () => undefined);
  from.on('close', () => setTimeout(() => to.destroy(), delay));
}

const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const host = connect({ host: '127.0.0.1', port: 22, allowHalfOpen: true, noDelay: true });
  passOn(client, host);
  passOn(host, client);
});
server.listen(port, () => process.stdout.write('listening\n'));
process.stdin.on('end', () => process.exit()).resume();
