import type { PortalBalance, PortalProgram } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { portal } from '../../client/portal.ts';
import { money } from '../../shell/format.ts';

/** What a partner is owed by a program, in each currency. */
export function useBalances(program: PortalProgram) {
  return useQuery({
    queryKey: ['portal', 'balances', program.id],
    queryFn: ({ signal }) => portal.balances(program.id, signal),
  });
}

export function BalanceOf({ balance: one }: { balance: PortalBalance }) {
  const lines: [string, number][] = [
    ['Held for refunds', one.pending_cents],
    ['Approved, billed next', one.approved_cents],
    ['Ready for the next payout', one.available_cents],
    ['On its way to you', one.processing_cents],
    ['Paid so far', one.paid_cents],
  ];
  if (one.disputed_cents !== 0) lines.splice(1, 0, ['Contested by a bank', one.disputed_cents]);
  return (
    <dl className="space-y-1.5 px-4 py-3">
      {lines.map(([label, cents]) => (
        <div key={label} className="flex justify-between gap-3">
          <dt className="text-ink-2">{label}</dt>
          <dd className="num font-medium">{money(cents, one.currency)}</dd>
        </div>
      ))}
    </dl>
  );
}
