import type { ChainStep, Integration, TestChain } from '@headwater/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { integrationApi } from '../../client/integration.ts';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { FormError } from '../../parts/field.tsx';
import { dateTime } from '../../shell/format.ts';
import { useMe } from '../../shell/session.ts';

const stepNames: Readonly<Record<ChainStep['name'], string>> = {
  click: 'Click',
  lead: 'Sign-up',
  sale: 'Payment',
  explain: 'Explanation',
};

/** The proof: a click, a sign-up and a payment through the code that real ones go through. */
export function Verification({ integration, timeZone }: { integration: Integration; timeZone: string }) {
  const { verification: chain, readiness } = integration;
  const { may } = useMe();
  const queryClient = useQueryClient();
  const queryKey = ['integration', readiness.program_id];
  const verify = useMutation({
    mutationFn: () => integrationApi.verify(readiness.program_id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey }),
  });
  return (
    <Card
      title="Verification"
      aside={
        chain && (
          <Badge tone={chain.attributed ? 'good' : 'bad'}>
            {chain.attributed ? 'Attributed' : 'Not attributed'}
          </Badge>
        )
      }
    >
      <div className="space-y-3 p-4">
        <p className="text-ink-2">
          Sends a made-up click, sign-up and payment through the production code, and keeps them as tests: no
          customer, no commission, no figure changes.
        </p>
        {chain && <Steps chain={chain} timeZone={timeZone} />}
        <FormError error={verify.error} />
        {may('program:update') ? (
          <Button look="primary" disabled={verify.isPending} onClick={() => verify.mutate()}>
            {verify.isPending ? 'Running…' : chain ? 'Run verification again' : 'Run verification'}
          </Button>
        ) : (
          <p className="text-ink-3">An owner or admin runs it.</p>
        )}
      </div>
    </Card>
  );
}

function Steps({ chain, timeZone }: { chain: TestChain; timeZone: string }) {
  return (
    <>
      <ol aria-label="Steps of the verification" className="space-y-2">
        {chain.steps.map((step) => (
          <li key={step.name} className="flex gap-3">
            <span
              aria-hidden="true"
              className={`mt-0.5 grid size-4.5 flex-none place-items-center rounded-full text-[0.7rem] leading-none text-surface ${
                step.verdict === 'attributed' ? 'bg-good' : 'bg-bad'
              }`}
            >
              {step.verdict === 'attributed' ? '✓' : '×'}
            </span>
            <div className="min-w-0 flex-1">
              <p className="flex items-baseline justify-between gap-3">
                <span className="font-medium">
                  {stepNames[step.name]}
                  <span className="sr-only">: {step.verdict.replaceAll('_', ' ')}</span>
                </span>
                <span className="num flex-none text-ink-3 text-xs">{step.milliseconds} ms</span>
              </p>
              <p className="break-words text-ink-2">{step.text}</p>
            </div>
          </li>
        ))}
      </ol>
      <p className="text-ink-3 text-xs">
        Run {dateTime(chain.ran_at, timeZone)}.{' '}
        {chain.payment_id !== null && (
          <Link
            to="/payments/$paymentId"
            params={{ paymentId: String(chain.payment_id) }}
            search={(old) => old}
            className="text-accent underline"
          >
            See the test payment explained
          </Link>
        )}
      </p>
    </>
  );
}
