import type { PolicyRecord } from '@headwater/contract';
import { Button } from '../../parts/button.tsx';
import { Field, Select } from '../../parts/field.tsx';
import { type Draft, isFixedType } from './draft.ts';

const typeNames: Readonly<Record<PolicyRecord['type'], string>> = {
  cps_recurring: 'Each payment, for some months',
  cps_lifetime: 'Each payment, for ever',
  cps_one_time: 'The first payment',
  cpl: 'A sign-up',
  cpc: 'A click',
};

interface Props {
  draft: Draft;
  setDraft: (draft: Draft) => void;
  currency: string;
}

/** What a partner earns, and what bounds it. */
export function TermsFields({ draft, setDraft, currency }: Props) {
  const set = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
  const isFixed = isFixedType(draft.type);
  const paysRate = draft.pays === 'rate' && !isFixed;
  const amount = { type: 'number', min: '0', step: 'any' } as const;
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label="Pays for"
          value={draft.type}
          onChange={({ target }) => set({ type: target.value as Draft['type'] })}
        >
          {Object.entries(typeNames).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </Select>
        <Select
          label="Pays"
          value={paysRate ? 'rate' : 'fixed'}
          disabled={isFixed}
          // Tiers pay in the same kind, so they begin anew with the other.
          onChange={({ target }) => set({ pays: target.value as Draft['pays'], tiers: [] })}
        >
          <option value="rate">A part of the payment</option>
          <option value="fixed">A fixed amount</option>
        </Select>
        {paysRate ? (
          <Field
            label="Part in %"
            {...amount}
            min="0.01"
            max="100"
            required
            value={draft.rate}
            onChange={({ target }) => set({ rate: target.value })}
          />
        ) : (
          <Field
            label={`Amount in ${currency}`}
            {...amount}
            required
            value={draft.fixed}
            onChange={({ target }) => set({ fixed: target.value })}
          />
        )}
        {draft.type === 'cps_recurring' && (
          <Field
            label="Months"
            type="number"
            min="1"
            max="1200"
            required
            value={draft.months}
            onChange={({ target }) => set({ months: target.value })}
          />
        )}
        <Field
          label="Held for days"
          type="number"
          min="0"
          max="90"
          required
          value={draft.hold}
          onChange={({ target }) => set({ hold: target.value })}
        />
        <Select
          label="Approved"
          value={draft.approval}
          onChange={({ target }) => set({ approval: target.value as Draft['approval'] })}
        >
          <option value="automatic">When the hold is over</option>
          <option value="manual">By a person</option>
        </Select>
      </div>
      <details>
        <summary className="cursor-pointer font-medium text-ink-2">Bounds, tiers and more</summary>
        <div className="mt-4 space-y-4">
          {!isFixed && <Bounds draft={draft} setDraft={setDraft} currency={currency} />}
          <div className="grid gap-4 sm:grid-cols-2">
            <Field
              label="Product"
              value={draft.product}
              maxLength={255}
              hint="Its id, if only sales of it are paid so."
              onChange={({ target }) => set({ product: target.value })}
            />
            <Field
              label="In force from"
              type="date"
              value={draft.from}
              hint="Left empty: from now on."
              onChange={({ target }) => set({ from: target.value })}
            />
          </div>
        </div>
      </details>
    </>
  );
}

function Bounds({ draft, setDraft, currency }: Props) {
  const set = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
  const amount = (name: 'min' | 'max' | 'cap', label: string) => (
    <Field
      label={label}
      type="number"
      min="0"
      step="any"
      placeholder="None"
      value={draft[name]}
      onChange={({ target }) => set({ [name]: target.value })}
    />
  );
  const check = (name: 'excludeTax' | 'excludeShipping', label: string) => (
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={draft[name]}
        onChange={({ target }) => set({ [name]: target.checked })}
      />
      {label}
    </label>
  );
  return (
    <>
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        {check('excludeTax', 'Without tax')}
        {check('excludeShipping', 'Without shipping')}
      </div>
      <div className="grid gap-4 sm:grid-cols-3">
        {amount('min', `At least, ${currency}`)}
        {amount('max', `At most, ${currency}`)}
        {amount('cap', `By one customer, ${currency}`)}
      </div>
      <Tiers draft={draft} setDraft={setDraft} currency={currency} />
    </>
  );
}

function Tiers({ draft, setDraft, currency }: Props) {
  const setTiers = (tiers: Draft['tiers']) => setDraft({ ...draft, tiers });
  const change = (key: number, changes: Partial<Draft['tiers'][number]>) =>
    setTiers(draft.tiers.map((tier) => (tier.key === key ? { ...tier, ...changes } : tier)));
  const isRate = draft.pays === 'rate';
  return (
    <fieldset className="space-y-3">
      <legend className="mb-1 font-medium">Tiers</legend>
      {draft.tiers.map(({ key, from, pay }, index) => (
        <div key={key} className="flex items-end gap-2">
          <Field
            label={`From ${currency} a month`}
            type="number"
            min="0.01"
            step="any"
            required
            value={from}
            onChange={({ target }) => change(key, { from: target.value })}
          />
          <Field
            label={isRate ? '%' : currency}
            type="number"
            min="0.01"
            step="any"
            required
            value={pay}
            onChange={({ target }) => change(key, { pay: target.value })}
          />
          <Button
            look="quiet"
            aria-label={`Remove tier ${index + 1}`}
            onClick={() => setTiers(draft.tiers.filter((tier) => tier.key !== key))}
          >
            ✕
          </Button>
        </div>
      ))}
      <Button
        disabled={draft.tiers.length >= 10}
        onClick={() =>
          setTiers([
            ...draft.tiers,
            { key: Math.max(0, ...draft.tiers.map(({ key }) => key)) + 1, from: '', pay: '' },
          ])
        }
      >
        Add a tier
      </Button>
      <p className="text-ink-3 text-xs">
        Other pay once what the partner brought in the calendar month has reached an amount.
      </p>
    </fieldset>
  );
}
