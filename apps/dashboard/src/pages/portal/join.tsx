import type { JoinPage } from '@headwater/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { portal } from '../../client/portal.ts';
import { Button } from '../../parts/button.tsx';
import { Field, FormError } from '../../parts/field.tsx';
import { type Fields, fieldsOf } from '../../parts/form.ts';
import { Empty, Lines, Loading } from '../../parts/states.tsx';
import { TextArea } from '../../parts/text-area.tsx';
import { counted } from '../../shell/format.ts';
import { holdText, termsText } from './terms.ts';

/** Where anybody may ask to become a partner of a program. */
export function Join() {
  const { slug = '' } = useParams({ strict: false });
  const query = useQuery({ queryKey: ['join', slug], queryFn: () => portal.joinPage(slug) });
  return (
    <main className="mx-auto max-w-2xl px-4 py-10 md:py-16">
      <Loading query={query} standIn={<Lines count={8} />}>
        {(page) => <Program page={page} slug={slug} />}
      </Loading>
      {query.error && <h1 className="sr-only">Partner program</h1>}
    </main>
  );
}

function Program({ page, slug }: { page: JoinPage; slug: string }) {
  const [terms] = page.terms;
  return (
    <>
      <p className="text-ink-2">{page.domain}</p>
      <h1 className="mt-1 font-semibold text-2xl tracking-tight">Become a partner of {page.program}</h1>
      {page.welcome && <p className="mt-3 whitespace-pre-line text-base text-ink-2">{page.welcome}</p>}
      {terms && (
        <dl className="mt-6 grid gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-2">
          <Fact name="You earn">{termsText(terms)}</Fact>
          <Fact name="A click counts for">{counted(page.click_window_days, 'day')}</Fact>
          <div className="bg-surface px-4 py-3 text-ink-2 sm:col-span-2">
            <dt className="sr-only">Payment</dt>
            <dd>{holdText(terms)}</dd>
          </div>
        </dl>
      )}
      <div className="mt-6 rounded-xl border border-line bg-surface p-6">
        {page.applications === 'closed' ? (
          <Empty title={`${page.program} takes no applications now`}>
            Come back later, or ask them for an invitation.
          </Empty>
        ) : (
          <Application slug={slug} isAutomatic={page.applications === 'automatic'} />
        )}
      </div>
      <p className="mt-4 text-center text-ink-3 text-xs">
        A partner already?{' '}
        <a href="/partners" className="underline">
          Sign in
        </a>
      </p>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="bg-surface px-4 py-3">
      <dt className="text-ink-3 text-xs">{name}</dt>
      <dd className="mt-0.5 font-medium">{children}</dd>
    </div>
  );
}

function Application({ slug, isAutomatic }: { slug: string; isAutomatic: boolean }) {
  const apply = useMutation({
    mutationFn: ({ name = '', email = '', website = '', message = '' }: Fields) =>
      portal.join(slug, {
        ...{ name, email },
        ...(website.trim() ? { website } : {}),
        ...(message.trim() ? { message } : {}),
      }),
  });
  if (apply.isSuccess)
    return (
      <div role="status" className="py-4 text-center">
        <p className="font-semibold text-lg">Thank you</p>
        <p className="mt-1 text-ink-2">
          {isAutomatic
            ? 'Your application was received. Look for a mail with a link to your partner account.'
            : 'Your application was received. A person looks at it and writes to you.'}
        </p>
      </div>
    );
  return (
    <form className="space-y-4" onSubmit={(event) => apply.mutate(fieldsOf(event))}>
      <h2 className="font-semibold text-lg">Apply</h2>
      <Field label="Your name" name="name" required maxLength={255} autoComplete="name" />
      <Field label="Email" name="email" type="email" required maxLength={254} autoComplete="email" />
      <Field
        label="Website"
        name="website"
        maxLength={1024}
        inputMode="url"
        autoComplete="url"
        hint="Where you would write of the program: a site, a channel, a profile."
      />
      <TextArea
        label="How you would promote it"
        name="message"
        maxLength={2000}
        hint="A few words help to decide sooner."
      />
      <FormError error={apply.error} />
      <Button type="submit" look="primary" className="w-full" disabled={apply.isPending}>
        Send the application
      </Button>
    </form>
  );
}
