import type { StripeReconciliation } from '@headwater/contract';
import { useMutation } from '@tanstack/react-query';
import { healthApi } from '../../client/health.ts';
import { ApiError } from '../../client/index.ts';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { FormError } from '../../parts/field.tsx';
import { day, money, percent, words } from '../../shell/format.ts';

const days = 30;
const dayMs = 86_400_000;
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** How much of what the Stripe account moved is in the books. Asks Stripe, so only when somebody wants to know. */
export function Reconcile({ programId }: { programId: number }) {
  const reconcile = useMutation({
    mutationFn: () => healthApi.reconcile(programId, dayOf(Date.now() - days * dayMs), dayOf(Date.now())),
  });
  const isUnconnected =
    reconcile.error instanceof ApiError && reconcile.error.code === 'stripe_not_connected';
  return (
    <Card
      title="Stripe, accounted for"
      aside={
        <Button disabled={reconcile.isPending} onClick={() => reconcile.mutate()}>
          {reconcile.isPending ? 'Asking Stripe…' : `Check ${days} days`}
        </Button>
      }
    >
      {reconcile.data === undefined ? (
        <div className="space-y-3 p-4">
          <p className="text-ink-2">
            Compares every charge, refund and dispute of the account with the books. A daily job does it for
            the day before.
          </p>
          {isUnconnected ? (
            <p role="status">No Stripe account is connected.</p>
          ) : (
            <FormError error={reconcile.error} />
          )}
        </div>
      ) : (
        reconcile.data.map((one) => <Account key={`${one.account}${one.livemode}`} {...one} />)
      )}
    </Card>
  );
}

function Account({ account, livemode, from, to, complete, sums }: StripeReconciliation) {
  return (
    <div className="p-4">
      <p className="mb-2 flex flex-wrap items-center gap-2">
        <span className="break-all font-mono text-xs">{account}</span>
        {!livemode && <Badge tone="accent">Test mode</Badge>}
        <Badge tone={complete ? 'good' : 'bad'}>
          {complete ? 'Nothing is missing' : 'Something is missing'}
        </Badge>
      </p>
      <p className="mb-2 text-ink-3 text-xs">
        {day(from, 'UTC')} – {day(to, 'UTC')}
      </p>
      {sums.length === 0 && <p className="text-ink-2">Nothing moved.</p>}
      <ul className="space-y-1">
        {sums.map(({ kind, currency, total_cents: total, missing_cents: missing }) => (
          <li key={kind + currency} className="flex justify-between gap-3">
            <span className="text-ink-2">{words(kind)}s</span>
            <span className="num">
              {money(total - missing, currency)} of {money(total, currency)}{' '}
              <span className="text-ink-3">({percent(total === 0 ? 1 : (total - missing) / total)})</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
