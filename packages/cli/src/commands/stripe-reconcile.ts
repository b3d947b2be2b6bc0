import type { StripeReconciliation } from '@headwater/contract';
import type { Command } from 'commander';
import { openContext, programPath } from '../context.ts';
import { exitCodes } from '../failure.ts';
import { moment, type Output, table } from '../output.ts';
import { showWaiting } from '../progress.ts';
import { type End, type ProgramOptions, programCommand } from './command.ts';

interface Options extends ProgramOptions {
  from?: string;
  to?: string;
  dryRun?: boolean;
}

/** `headwater stripe reconcile`: every cent of the account, accounted for. Exit code 5 while something is missing. */
export function stripeReconcileCommand(end: End): Command {
  return programCommand(
    'reconcile',
    'Account for every cent of the Stripe account, and fetch what is missing',
  )
    .option('--from <day>', 'first day (default yesterday)')
    .option('--to <day>', 'last day, at most 31 days on')
    .option('--dry-run', 'only look: fetch nothing')
    .action(async (options: Options) => {
      const context = openContext(options);
      const { from, to } = options;
      const path = `${await programPath(context, options.program)}/stripe/reconcile`;
      const asked = options.dryRun
        ? context.api.get<{ data: StripeReconciliation[] }>(path, { from, to })
        : context.api.post<{ data: StripeReconciliation[] }>(path, { from, to });
      const { data } = await showWaiting(process.stderr, 'Comparing with Stripe', asked);
      if (context.isJson) context.out.json(data);
      else for (const report of data) show(context.out, report);
      if (data.some(({ complete }) => !complete)) end(exitCodes.found);
    });
}

function show(out: Output, report: StripeReconciliation): void {
  const { color } = out;
  const days = `${report.from.slice(0, 10)} to ${report.to.slice(0, 10)}`;
  out.line(color.bold(`${report.account} ${report.livemode ? 'live' : 'test'}, ${days}`));
  if (report.sums.length === 0) out.line('No money moved.');
  else {
    const head = ['', 'COUNT', 'TOTAL', 'ATTRIBUTED', 'UNATTRIBUTED', 'EXCLUDED', 'MISSING'];
    const rows = report.sums.map((sum) => [
      `${sum.kind}s ${sum.currency}`,
      String(sum.count),
      ...[sum.total_cents, sum.attributed_cents, sum.unattributed_cents, sum.excluded_cents].map(String),
      sum.missing_cents === 0 ? '0' : color.red(String(sum.missing_cents)),
    ]);
    for (const line of table([head.map((text) => color.dim(text)), ...rows])) out.line(line);
    out.line(color.dim('Amounts are in the smallest unit, as Stripe writes them.'));
  }
  const { fetched, synthesised } = report.back_filled;
  if (fetched + synthesised > 0) {
    out.line(`Brought in   ${fetched} events that were never delivered, ${synthesised} made from objects`);
  }
  const lines = report.items.map((item) => [
    item.state === 'missing' ? color.red(item.state) : item.state,
    item.id,
    item.reason === 'amount_differs'
      ? `${item.amount_cents} ${item.currency}, booked ${item.booked_cents}`
      : `${item.amount_cents} ${item.currency}`,
    moment(item.created_at),
    item.reason ?? '',
  ]);
  for (const line of table(lines)) out.line(line);
  if (report.differing > 0) {
    out.line(
      color.yellow(
        `${report.differing} booked with another amount than Stripe took: was it told by another door?`,
      ),
    );
  }
  out.line(
    report.complete
      ? `${color.green('✓')} Every cent is accounted for.`
      : `${color.red('✗')} Money is missing from the books: headwater stripe events --state failed may say why.`,
  );
}
