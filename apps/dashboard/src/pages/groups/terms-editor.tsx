import type { PolicyRecord } from '@headwater/contract';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { moneyApi } from '../../client/money.ts';
import { Ask } from '../../parts/ask.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Select } from '../../parts/field.tsx';
import { money } from '../../shell/format.ts';
import { daysOf, type Period } from '../../shell/search.ts';
import { useMe, useSubject } from '../../shell/session.ts';
import { type Draft, draftOf, isFixedType, requestOf } from './draft.ts';
import { TermsFields } from './terms-fields.tsx';
import { termsText } from './terms-text.ts';
import { WhatIf } from './what-if.tsx';

const pasts = [
  ['30d', 'the last 30 days'],
  ['90d', 'the last 90 days'],
  ['12m', 'the last 12 months'],
] as const;

/** Draft terms beside what they would have paid, so that nobody saves what they have not seen. */
export function TermsEditor({
  programId,
  groupId,
  currency,
  now,
}: {
  programId: number;
  groupId: number;
  currency: string;
  now: PolicyRecord | undefined;
}) {
  const { may } = useMe();
  const timeZone = useSubject()?.timeZone ?? 'UTC';
  const [draft, setDraft] = useState<Draft>(() => draftOf(now));
  const [past, setPast] = useState<Period>('90d');
  const request = requestOf(draft, currency);
  const canBeTried = !isFixedType(draft.type);
  const { hold_period_days: _, approval: __, effective_from: ___, ...terms } = request;
  const asked = JSON.stringify([terms, past]);
  const tried = useMutation({
    mutationFn: (_asked: string) => {
      const { from } = daysOf({ period: past }, timeZone);
      // A tier's volume counts by calendar months.
      const since = draft.tiers.length > 0 ? `${from.slice(0, 7)}-01` : from;
      return moneyApi.simulate(programId, { from: since, policy: { group_id: groupId, ...terms } });
    },
  });
  const isCurrent = tried.data !== undefined && tried.variables === asked;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card title={may('program:update') ? 'Change the terms' : 'Try other terms'}>
        <form
          className="space-y-4 p-4"
          onSubmit={(event) => {
            event.preventDefault();
            tried.mutate(asked);
          }}
        >
          <TermsFields draft={draft} setDraft={setDraft} currency={currency} />
          {canBeTried ? (
            <div className="flex flex-wrap items-end gap-2 border-line border-t pt-4">
              <Select
                label="With the payments of"
                className="mr-auto"
                value={past}
                onChange={({ target }) => setPast(target.value as Period)}
              >
                {pasts.map(([value, name]) => (
                  <option key={value} value={value}>
                    {name}
                  </option>
                ))}
              </Select>
              <Button type="submit" look={isCurrent ? 'plain' : 'primary'} disabled={tried.isPending}>
                {tried.isPending ? 'Reckoning…' : 'What would it change?'}
              </Button>
            </div>
          ) : (
            <p className="border-line border-t pt-4 text-ink-2">
              What clicks and sign-ups would have earned cannot be reckoned afterwards.
            </p>
          )}
        </form>
      </Card>
      <Card title="What it would change">
        <WhatIf tried={tried} isCurrent={isCurrent} canBeTried={canBeTried} />
        {may('program:update') && (
          <div className="flex justify-end border-line border-t p-4">
            <Ask
              trigger="Save these terms"
              look="primary"
              disabled={canBeTried && !isCurrent}
              title="Save these terms?"
              description={`${termsText(request, currency)}, ${
                draft.from === '' ? 'from now on' : `from ${draft.from} (UTC) on`
              }. Payments before that keep the terms they had.`}
              verb="Save terms"
              act={() => moneyApi.addPolicy(groupId, request)}
            >
              {isCurrent && <Difference totals={tried.data.totals} />}
            </Ask>
          </div>
        )}
      </Card>
    </div>
  );
}

/** What was seen beside the form, once more where it counts. */
function Difference({ totals }: { totals: { currency: string; now_cents: number; then_cents: number }[] }) {
  return totals.map(({ currency, now_cents, then_cents }) => (
    <p key={currency}>
      In that time partners would have earned <strong className="num">{money(then_cents, currency)}</strong>{' '}
      instead of <span className="num">{money(now_cents, currency)}</span>.
    </p>
  ));
}
