import type { Readable } from 'node:stream';
import type { Answer } from './route.ts';

/** The answer of a route that goes on: server-sent events. */
export function eventStream(body: Readable): Answer {
  return {
    status: 200,
    body,
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // An end is the end of the connection, too: a server that stops waits for nobody who might ask again on it.
      connection: 'close',
      // nginx would gather the messages
      'x-accel-buffering': 'no',
    },
  };
}
