import type { PartnerRecord } from '@headwater/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { moneyApi } from '../../client/money.ts';
import { Ask } from '../../parts/ask.tsx';
import { Card } from '../../parts/card.tsx';
import { FactList } from '../../parts/facts.tsx';
import { Field, Select } from '../../parts/field.tsx';
import { filled } from '../../parts/form.ts';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { words } from '../../shell/format.ts';
import { useMe } from '../../shell/session.ts';
import { type Method, methodNames } from './method-names.ts';

/** Where the partner's money goes; kept encrypted, and shown masked. */
export function PayoutMethod({ programId, partner }: { programId: number; partner: PartnerRecord }) {
  const { may } = useMe();
  const query = useQuery({
    queryKey: ['payout-method', programId, partner.id],
    queryFn: ({ signal }) => moneyApi.payoutMethod(programId, partner.id, signal),
  });
  return (
    <Card
      title="Payout method"
      aside={may('billing:manage') && <SetMethod programId={programId} partner={partner} />}
    >
      <Loading query={query} standIn={<Lines count={2} />}>
        {(method) =>
          method === null ? (
            <Empty title="Nowhere to send money to">Payout batches leave this partner out until then.</Empty>
          ) : (
            <FactList
              facts={[
                ['By', methodNames[method.method]],
                ...Object.entries(method.details).map(([name, value]) => [words(name), value] as const),
              ]}
            />
          )
        }
      </Loading>
    </Card>
  );
}

function SetMethod({ programId, partner }: { programId: number; partner: PartnerRecord }) {
  const [method, setMethod] = useState<Method>('paypal');
  return (
    <Ask
      trigger="Change"
      title={`Where does ${partner.name}’s money go?`}
      description="It acts on the next batch; payouts that were made before stay as they are."
      verb="Save"
      act={(fields) => moneyApi.setPayoutMethod(programId, partner.id, filled(fields))}
    >
      <Select
        label="Method"
        name="method"
        value={method}
        onChange={({ target }) => setMethod(target.value as Method)}
      >
        {Object.entries(methodNames).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </Select>
      {method === 'paypal' && <Field label="Email at PayPal" name="email" type="email" required />}
      {method === 'stripe' && (
        <Field
          label="Connected account"
          name="stripe_account"
          required
          pattern="acct_.+"
          placeholder="acct_…"
        />
      )}
      {(method === 'wise' || method === 'bank_transfer') && (
        <Field label="Account holder" name="account_holder" required maxLength={255} />
      )}
      {method === 'wise' && (
        <Field label="Email at Wise" name="email" type="email" hint="Or an IBAN; one of the two." />
      )}
      {(method === 'wise' || method === 'bank_transfer') && <Field label="IBAN" name="iban" />}
      {method === 'bank_transfer' && (
        <>
          <Field label="BIC" name="bic" hint="Optional." />
          <Field label="Account number" name="account_number" hint="Where there is no IBAN." />
          <Field label="Routing number" name="routing_number" />
        </>
      )}
    </Ask>
  );
}
