import type { Envelope } from './read-event.ts';

/** An event on its way into the inbox. */
export interface EventArrival extends Envelope {
  workspaceId: number;
  programId: number;
  payload: string;
  endpointId: number | null;
  origin: 'webhook' | 'fetched' | 'synthesised';
  receivedAt: Date;
}
