import type { Integration } from '@headwater/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { integrationApi } from '../../client/integration.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { FormError } from '../../parts/field.tsx';
import { dateTime } from '../../shell/format.ts';

const kinds = [
  ['pageview', 'Page view', 'Open a page with the tracker on it.'],
  ['click', 'Click', 'Open a partner’s link.'],
  ['lead', 'Sign-up', 'Sign up as that visitor.'],
  ['payment', 'Payment', 'Pay, or send a test sale.'],
] as const;

/** What has arrived so far. Turns green by itself. */
export function Checks({ integration, timeZone }: { integration: Integration; timeZone: string }) {
  const { seen, readiness } = integration;
  const { tracking, economics, payout } = readiness.gates;
  return (
    <Card title="Arriving now" aside={<Live />}>
      <ul aria-live="polite" className="divide-y divide-line">
        {kinds.map(([kind, name, todo]) => {
          const { at, test_at: testAt } = seen[kind];
          return (
            <Check
              key={kind}
              name={name}
              isDone={at !== null || testAt !== null}
              text={
                at !== null
                  ? `Seen ${dateTime(at, timeZone)}`
                  : testAt !== null
                    ? `A test one, ${dateTime(testAt, timeZone)}`
                    : todo
              }
            />
          );
        })}
        <Check
          name="Terms"
          isDone={economics.status === 'pass'}
          text={
            economics.status === 'pass'
              ? 'The default group has a commission.'
              : 'Set what partners of the default group earn.'
          }
        />
        <Check
          name="Payouts"
          isDone={payout.status === 'pass'}
          text={payoutText[payout.status === 'pass' ? payout.mode : 'failed'] ?? ''}
        />
      </ul>
      {tracking.status !== 'pass' && (
        <LookAgain programId={readiness.program_id} checkedAt={tracking.checked_at} timeZone={timeZone} />
      )}
    </Card>
  );
}

const payoutText: Readonly<Record<string, string>> = {
  manual: 'You pay partners yourself; Headwater keeps the books.',
  s2s: 'Your server tells of payments.',
  stripe: 'A Stripe account is connected.',
  failed: 'The Stripe account took its permission back: connect it again.',
};

function Live() {
  return (
    <span className="flex items-center gap-1.5 text-ink-3 text-xs">
      <span aria-hidden="true" className="size-1.5 rounded-full bg-good" />
      Live
    </span>
  );
}

function Check({ name, isDone, text }: { name: string; isDone: boolean; text: string }) {
  return (
    <li className="flex gap-3 px-4 py-2.5">
      <Mark isDone={isDone} />
      <div className="min-w-0">
        <p className="font-medium">
          {name}
          <span className="sr-only">{isDone ? ': done' : ': waiting'}</span>
        </p>
        <p className="text-ink-2">{text}</p>
      </div>
    </li>
  );
}

function Mark({ isDone }: { isDone: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={`mt-0.5 grid size-4.5 flex-none place-items-center rounded-full border text-[0.7rem] leading-none ${
        isDone ? 'border-good bg-good text-surface' : 'border-line-strong border-dashed text-transparent'
      }`}
    >
      ✓
    </span>
  );
}

/** Nothing came yet: whether the tag is on the page at least. */
function LookAgain({
  programId,
  checkedAt,
  timeZone,
}: {
  programId: number;
  checkedAt: string | null;
  timeZone: string;
}) {
  const queryClient = useQueryClient();
  const look = useMutation({
    mutationFn: () => integrationApi.integration(programId, true),
    onSuccess: (integration) => queryClient.setQueryData(['integration', programId], integration),
  });
  return (
    <div className="border-line border-t px-4 py-3">
      <p className="mb-2 text-ink-2">
        {checkedAt
          ? `The tag was not on your home page when we looked, ${dateTime(checkedAt, timeZone)}.`
          : 'We look for the tag on your home page.'}
      </p>
      <Button disabled={look.isPending} onClick={() => look.mutate()}>
        {look.isPending ? 'Looking…' : 'Look at my home page'}
      </Button>
      <FormError error={look.error} />
    </div>
  );
}
