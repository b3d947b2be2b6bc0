import type { VerifyAnswer } from '@headwater/contract';
import { Command } from 'commander';
import { openContext } from '../context.ts';
import { exitCodes } from '../failure.ts';
import { type Output, table } from '../output.ts';
import { showWaiting } from '../progress.ts';
import type { End } from './command.ts';

/** `headwater verify`: are the books whole? Exit code 1, and the first thing that is wrong, when they are not. */
export function verifyCommand(end: End): Command {
  return new Command('verify')
    .description('Reckon all books again from the facts, beside the running server')
    .action(async (options: { json?: boolean }) => {
      const { api, out, isJson } = openContext(options);
      const asked = api.get<{ data: VerifyAnswer }>('/api/v1/verify');
      const { data } = await showWaiting(process.stderr, 'Reckoning', asked);
      if (isJson) out.json(data);
      else show(out, data);
      if (!data.ok) end(exitCodes.refused);
    });
}

function show(out: Output, { fault, checked, trial_balance: balance, seconds }: VerifyAnswer): void {
  const { color } = out;
  for (const line of table(
    balance.map(({ currency, account, amount_cents: cents }) => [currency, account, String(cents)]),
  )) {
    out.line(line);
  }
  if (fault !== null) {
    out.line(`${color.red('✗')} ${fault.check}: ${fault.what}: ${fault.why}.`);
    return;
  }
  const { acts, entries, payments, commissions } = checked;
  out.line(
    `${color.green('✓')} The books are whole: ${payments} payments, ${commissions} commissions, ${entries} entries, ${acts} acts, in ${seconds} s.`,
  );
}
