import type { StripeEventRecord } from '@headwater/contract';
import type { Command } from 'commander';
import { openContext, programPath } from '../context.ts';
import { type End, type ProgramOptions, programCommand } from './command.ts';

/** `headwater stripe replay`: try failed events again now, or one event whatever became of it. */
export function stripeReplayCommand(_end: End): Command {
  return programCommand('replay', 'Process failed events once more, now; or the events named')
    .argument('[events...]', 'evt_… or numbers; left out: every failed one')
    .action(async (events: string[], options: ProgramOptions) => {
      const context = openContext(options);
      const path = `${await programPath(context, options.program)}/stripe`;
      const replayed = events.length === 0 ? await all() : await each();
      if (context.isJson) context.out.json({ replayed });
      else {
        const { green } = context.out.color;
        context.out.line(
          replayed === 0
            ? 'No event has failed.'
            : `${green('✓')} ${replayed} ${replayed === 1 ? 'event is' : 'events are'} processed once more. What is booked stays booked once.`,
        );
      }

      async function all(): Promise<number> {
        const { data } = await context.api.post<{ data: { replayed: number } }>(`${path}/replay`);
        return data.replayed;
      }

      async function each(): Promise<number> {
        for (const event of events) {
          await context.api.post<{ data: StripeEventRecord }>(
            `${path}/events/${encodeURIComponent(event)}/replay`,
          );
        }
        return events.length;
      }
    });
}
