import type {
  PayoutMethodRecord,
  PortalBalance,
  PortalProgram,
  SetPayoutMethodRequest,
} from '@headwater/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { portal } from '../../client/portal.ts';
import { Button } from '../../parts/button.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { Field, FormError, Select } from '../../parts/field.tsx';
import { type Fields, fieldsOf, filled } from '../../parts/form.ts';
import { Lines, Loading } from '../../parts/states.tsx';
import { count, day, major, minorOf, money, words } from '../../shell/format.ts';
import { ChangePassword } from '../change-password.tsx';
import { useBalances } from './balances.tsx';
import { useMyProgram } from './my-program.ts';

export function PortalSettings() {
  const program = useMyProgram();
  return (
    <>
      <PageHead title="Settings" />
      <div className="grid gap-4 lg:grid-cols-2 lg:items-start">
        <Method program={program} />
        <div className="space-y-4">
          <Threshold program={program} />
          <TaxDocuments program={program} />
          <ChangePassword />
        </div>
      </div>
    </>
  );
}

type Kind = SetPayoutMethodRequest['method'];

const kinds: readonly [Kind, string][] = [
  ['bank_transfer', 'Bank transfer'],
  ['paypal', 'PayPal'],
  ['wise', 'Wise'],
  ['stripe', 'Stripe'],
];

const fieldNames: Readonly<Record<string, string>> = {
  account_holder: 'Name on the account',
  iban: 'IBAN',
  bic: 'BIC',
  email: 'Email',
  stripe_account: 'Account',
  account_number: 'Account number',
  routing_number: 'Routing number',
  recipient_type: 'Kind',
};

function Method({ program }: { program: PortalProgram }) {
  const query = useQuery({
    queryKey: ['portal', 'method', program.id],
    queryFn: ({ signal }) => portal.payoutMethod(program.id, signal),
  });
  const [isChanging, setChanging] = useState(false);
  return (
    <Card title="Where your money goes">
      <Loading query={query} standIn={<Lines count={5} />}>
        {(method) =>
          method === null || isChanging ? (
            <MethodForm
              program={program}
              known={method}
              onDone={() => setChanging(false)}
              mayCancel={method !== null}
            />
          ) : (
            <div className="space-y-3 px-4 py-3">
              <p className="font-medium">{words(method.method)}</p>
              <dl className="space-y-1">
                {Object.entries(method.details).map(([name, value]) => (
                  <div key={name} className="flex justify-between gap-3">
                    <dt className="text-ink-2">{fieldNames[name] ?? words(name)}</dt>
                    <dd className="truncate">{value}</dd>
                  </div>
                ))}
              </dl>
              <p className="text-ink-3 text-xs">Set on {day(method.created_at, program.time_zone)}.</p>
              <Button onClick={() => setChanging(true)}>Change</Button>
            </div>
          )
        }
      </Loading>
    </Card>
  );
}

function MethodForm({
  program,
  known,
  onDone,
  mayCancel,
}: {
  program: PortalProgram;
  known: PayoutMethodRecord | null;
  onDone: () => void;
  mayCancel: boolean;
}) {
  const queryClient = useQueryClient();
  const [kind, setKind] = useState<Kind>(known?.method ?? 'bank_transfer');
  const save = useMutation({
    mutationFn: (fields: Fields) => portal.setPayoutMethod(program.id, { ...filled(fields), method: kind }),
    async onSuccess() {
      await queryClient.invalidateQueries({ queryKey: ['portal', 'method'] });
      onDone();
    },
  });
  return (
    <form className="space-y-4 px-4 py-3" onSubmit={(event) => save.mutate(fieldsOf(event))}>
      <Select label="Method" value={kind} onChange={({ target }) => setKind(target.value as Kind)}>
        {kinds.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </Select>
      {(kind === 'bank_transfer' || kind === 'wise') && (
        <Field label="Name on the account" name="account_holder" required autoComplete="name" />
      )}
      {kind === 'bank_transfer' && <Field label="IBAN" name="iban" required autoComplete="off" />}
      {kind === 'bank_transfer' && (
        <Field label="BIC" name="bic" autoComplete="off" hint="Where your bank needs it." />
      )}
      {(kind === 'paypal' || kind === 'wise') && (
        <Field
          label={kind === 'paypal' ? 'Email of your PayPal account' : 'Email of your Wise account'}
          name="email"
          type="email"
          required
          autoComplete="off"
        />
      )}
      {kind === 'stripe' && (
        <Field
          label="Stripe account"
          name="stripe_account"
          required
          placeholder="acct_…"
          autoComplete="off"
        />
      )}
      <p className="text-ink-3 text-xs">
        Kept encrypted, and shown to nobody whole again. Whoever pays you is given it with the payout.
      </p>
      <FormError error={save.error} />
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={save.isPending}>
          Save
        </Button>
        {mayCancel && <Button onClick={onDone}>Cancel</Button>}
      </div>
    </form>
  );
}

function Threshold({ program }: { program: PortalProgram }) {
  const balances = useBalances(program);
  return (
    <Card title="When you are paid">
      <Loading query={balances} standIn={<Lines count={3} />}>
        {(all) => (
          <div className="divide-y divide-line">
            {all.map((one) => (
              <ThresholdForm key={one.currency} program={program} balance={one} />
            ))}
          </div>
        )}
      </Loading>
    </Card>
  );
}

function ThresholdForm({ program, balance }: { program: PortalProgram; balance: PortalBalance }) {
  const queryClient = useQueryClient();
  const { currency } = balance;
  const save = useMutation({
    mutationFn: ({ threshold = '' }: Fields) =>
      portal.setThreshold(program.id, { currency, threshold_cents: minorOf(threshold, currency) }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['portal', 'balances'] }),
  });
  return (
    <form className="space-y-3 px-4 py-3" onSubmit={(event) => save.mutate(fieldsOf(event))}>
      <Field
        label={`Pay me from a balance of, in ${currency}`}
        name="threshold"
        type="number"
        inputMode="decimal"
        required
        min={major(balance.program_threshold_cents, currency)}
        step={major(1, currency)}
        defaultValue={major(balance.threshold_cents, currency)}
        hint={
          balance.program_threshold_cents > 0
            ? `The program pays from ${money(balance.program_threshold_cents, currency)} on.`
            : 'A higher one means fewer, larger payouts.'
        }
      />
      <FormError error={save.error} />
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={save.isPending}>
          Save
        </Button>
        <span role="status" className="text-good">
          {save.isSuccess && 'Saved'}
        </span>
      </div>
    </form>
  );
}

function TaxDocuments({ program }: { program: PortalProgram }) {
  const input = useRef<HTMLInputElement>(null);
  const queryClient = useQueryClient();
  const documents = useQuery({
    queryKey: ['portal', 'tax', program.id],
    queryFn: ({ signal }) => portal.taxDocuments(program.id, signal),
  });
  const upload = useMutation({
    mutationFn: async (file: File) => {
      if (file.size > 5 * 1024 * 1024) throw new Error('The document is larger than 5 MB');
      await portal.uploadTaxDocument(program.id, file);
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['portal', 'tax'] }),
    onSettled: () => {
      if (input.current) input.current.value = '';
    },
  });
  return (
    <Card title="Tax details">
      <div className="space-y-3 px-4 py-3">
        <p className="text-ink-2">
          A form your tax office or {program.name} asks for, such as W-9, W-8BEN or a VAT certificate. Only
          those who pay you can open it.
        </p>
        <Loading query={documents} standIn={<Lines count={1} />}>
          {(all) =>
            all.length === 0 ? null : (
              <ul className="divide-y divide-line rounded-md border border-line">
                {all.map((one) => (
                  <li key={one.id} className="flex flex-wrap justify-between gap-x-4 px-3 py-2">
                    <span className="min-w-0 truncate">{one.file_name}</span>
                    <span className="text-ink-3 text-xs">
                      {count(Math.ceil(one.size_bytes / 1024))} KB · {day(one.uploaded_at, program.time_zone)}
                    </span>
                  </li>
                ))}
              </ul>
            )
          }
        </Loading>
        <FormError error={upload.error} />
        <input
          ref={input}
          type="file"
          aria-label="Tax document"
          accept="application/pdf,image/png,image/jpeg"
          className="sr-only"
          tabIndex={-1}
          onChange={({ target }) => target.files?.[0] && upload.mutate(target.files[0])}
        />
        <Button disabled={upload.isPending} onClick={() => input.current?.click()}>
          {upload.isPending ? 'Uploading…' : 'Upload a document'}
        </Button>
        <p className="text-ink-3 text-xs">PDF, PNG or JPEG, at most 5 MB.</p>
      </div>
    </Card>
  );
}
