import type { CliStatus, Readiness } from '@headwater/contract';
import { Command } from 'commander';
import { openTokenApi } from '../context.ts';
import { moment, type Output, openOutput } from '../output.ts';

/** `headwater status`: how far the integration of the token's program is, and what arrived lately. */
export function statusCommand(): Command {
  return new Command('status')
    .description('Show how far the integration is, and what arrived; needs HEADWATER_TOKEN')
    .option('--recheck', 'look at the program’s page again, once a minute')
    .action(async (options: { json?: boolean; recheck?: boolean }) => {
      const api = openTokenApi();
      const out = openOutput(process.stdout, process.stderr);
      const again = options.recheck ? { force_recheck: 'true' } : {};
      const [{ data: program }, readiness] = await Promise.all([
        api.get<{ data: CliStatus }>('/api/v1/cli/status'),
        api.get<Readiness>('/api/v1/programs/me/readiness', again),
      ]);
      if (options.json) out.json({ program, readiness });
      else show(out, program, readiness);
    });
}

const advice: Readonly<Record<string, string>> = {
  complete_program_profile: 'complete the program: name and domain',
  set_commission_policy: 'set what partners of the default group earn',
  surface_stripe_connect_url: 'the Stripe account took its permission back: headwater setup stripe',
  install_tracker_or_send_events: 'load the tracker, or send events: headwater test click',
  run_synthetic_sale_chain: 'prove it: headwater test chain',
};

function show(out: Output, program: CliStatus, { state, gates, last_event_at: last }: Readiness): void {
  const { color } = out;
  out.line(`${program.name} (program ${program.program_id}, ${program.domain})`);
  out.line(`${state.replaceAll('_', ' ')}\n`);
  const done: Readonly<Record<keyof typeof gates, string>> = {
    profile: 'name and domain are there',
    economics: 'terms are in force',
    payout: `mode ${gates.payout.mode}`,
    tracking: gates.tracking.detail === 'tracker_installed' ? 'the tag is on the page' : 'events arrive',
    live: 'a sale is attributed from end to end',
  };
  for (const [name, gate] of Object.entries(gates) as [keyof typeof gates, (typeof gates)['live']][]) {
    const passes = gate.status === 'pass';
    const mark = passes ? color.green('✓') : color.yellow('!');
    out.line(
      `${mark} ${name.padEnd(10)} ${passes ? done[name] : (advice[gate.next_action ?? ''] ?? gate.status)}`,
    );
  }
  const { clicks_24h: clicks, leads_24h: leads, sales_24h: sales } = program.recent_events;
  out.line(`\nLast 24 hours  ${clicks} clicks, ${leads} leads, ${sales} sales`);
  out.line(`Last sale      ${moment(last.sale)}`);
  out.line(
    `Partners       ${program.active_partners} active, ${program.pending_commissions} commissions pending`,
  );
  if (!program.dns_verified) out.line(`${color.yellow('!')} ${program.domain} has no address`);
}
