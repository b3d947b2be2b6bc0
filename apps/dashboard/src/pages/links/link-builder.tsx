import { useState } from 'react';
import { Field } from '../../parts/field.tsx';
import { putTogether, sharedLink, takeApart, utmFields } from './address.ts';

const hints = { source: 'newsletter', medium: 'email', campaign: 'spring', term: '', content: '' };

/** Where a link leads, with the names of its campaign; hands the form `destination_url`, and shows what is shared. */
export function LinkBuilder({ destination, code }: { destination: string; code: string }) {
  const [{ page, utm }, setParts] = useState(() => takeApart(destination));
  const made = putTogether(page, utm);
  const hasUtm = Object.values(utm).some((value) => value !== '');
  const shared = sharedLink(made, code);
  return (
    <>
      <Field
        label="Destination"
        type="url"
        required
        maxLength={4000}
        value={page}
        pattern="https?://.+"
        onChange={({ target }) => setParts({ page: target.value, utm })}
      />
      <input type="hidden" name="destination_url" value={made} />
      <details open={hasUtm}>
        <summary className="cursor-pointer font-medium text-ink-2">Campaign (UTM)</summary>
        <div className="mt-3 grid grid-cols-2 gap-3">
          {utmFields.map((field) => (
            <Field
              key={field}
              label={field.charAt(0).toUpperCase() + field.slice(1)}
              maxLength={200}
              placeholder={hints[field]}
              value={utm[field] ?? ''}
              onChange={({ target }) => setParts({ page, utm: { ...utm, [field]: target.value } })}
            />
          ))}
        </div>
      </details>
      <p className="rounded-md bg-sunken px-2.5 py-2 font-mono text-xs [overflow-wrap:anywhere]">
        <span className="sr-only">What is shared: </span>
        {shared ?? 'A destination begins with https://'}
      </p>
    </>
  );
}
