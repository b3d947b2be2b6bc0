import type { StripeEventItem } from '@headwater/contract';
import type { Command } from 'commander';
import { openContext, programPath } from '../context.ts';
import { moment, type Output, table } from '../output.ts';
import { type End, type ProgramOptions, programCommand } from './command.ts';

interface Options extends ProgramOptions {
  state?: string;
  type?: string;
  from?: string;
  to?: string;
  limit: string;
}

/** `headwater stripe events`: what Stripe delivered and what became of it. */
export function stripeEventsCommand(_end: End): Command {
  return programCommand('events', 'List the events of Stripe, newest first, and what became of each')
    .option('--state <state>', 'waiting, failed, applied or noted')
    .option('--type <type>', 'e.g. invoice.paid')
    .option('--from <day>', 'received on or after: 2026-03-01, or an instant')
    .option('--to <day>', 'received on or before')
    .option('--limit <n>', 'how many, at most 200', '50')
    .action(async (options: Options) => {
      const context = openContext(options);
      const { state, type, from, to, limit } = options;
      const { data, next_cursor: next } = await context.api.get<{
        data: StripeEventItem[];
        next_cursor: string | null;
      }>(`${await programPath(context, options.program)}/stripe/events`, { state, type, from, to, limit });
      if (context.isJson) context.out.json({ data, next_cursor: next });
      else show(context.out, data, next !== null);
    });
}

function show(out: Output, events: readonly StripeEventItem[], isMore: boolean): void {
  const { color } = out;
  if (events.length === 0) {
    out.line('No events.');
    return;
  }
  const paint = { waiting: color.yellow, failed: color.red, applied: color.green, noted: color.dim };
  const head = ['RECEIVED (UTC)', 'STATE', 'TYPE', 'EVENT', ''].map((text) => color.dim(text));
  const rows = events.map((event) => [
    moment(event.received_at),
    paint[event.state](event.state),
    event.type,
    event.event_id,
    remark(event),
  ]);
  for (const line of table([head, ...rows])) out.line(line);
  if (isMore) out.line(color.dim('… and older ones: --limit, --from and --to choose.'));
}

function remark(event: StripeEventItem): string {
  const parts = [
    event.livemode ? '' : 'test',
    event.origin === 'webhook' ? '' : event.origin,
    event.reason === null
      ? event.notes.join(', ')
      : `${event.reason} (attempt ${event.attempts}, again ${moment(event.next_attempt_at)})`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
