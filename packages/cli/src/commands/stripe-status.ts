import type { StripeStatus } from '@headwater/contract';
import type { Command } from 'commander';
import { openContext, programPath } from '../context.ts';
import { moment, type Output, table } from '../output.ts';
import { type End, type ProgramOptions, programCommand } from './command.ts';

/** `headwater stripe status`: how a program stands with Stripe, and what to do about it. */
export function stripeStatusCommand(_end: End): Command {
  return programCommand('status', 'Show accounts and endpoints, and what is wrong').action(
    async (options: ProgramOptions) => {
      const context = openContext(options);
      const { data } = await context.api.get<{ data: StripeStatus }>(
        `${await programPath(context, options.program)}/stripe`,
      );
      if (context.isJson) context.out.json(data);
      else show(context.out, data);
    },
  );
}

function show(out: Output, status: StripeStatus): void {
  const { color } = out;
  const mode = (livemode: boolean | null) => (livemode === null ? '' : livemode ? 'live' : 'test');
  out.line(`Delivers to  ${status.webhook_url}`);
  for (const one of status.connections) {
    const end = one.disconnected_at;
    const state =
      end === null ? color.green('connected') : color.dim(`${one.disconnected_because} ${moment(end)}`);
    out.line(`Account      ${one.account}  ${mode(one.livemode)}  ${one.method}  ${state}`);
  }
  const rows = status.endpoints.map((one) => [
    'Endpoint    ',
    one.webhook_endpoint_id ?? '',
    one.secret_masked,
    mode(one.livemode),
    one.last_event_at === null
      ? color.yellow('never heard of')
      : `last heard of ${moment(one.last_event_at)}`,
  ]);
  for (const line of table(rows)) out.line(line);
  const { waiting, failed, last_received_at: last } = status.events;
  out.line(`Events       ${waiting} waiting, ${failed} failed, last received ${moment(last)}`);
  for (const text of status.advice) out.line(`${color.yellow('!')} ${text}`);
  if (status.advice.length === 0) out.line(`${color.green('✓')} All is well.`);
}
