import type { MailItem, ProgramRecord } from '@headwater/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { healthApi } from '../../client/health.ts';
import { settingsApi } from '../../client/settings.ts';
import { Badge, type Tone } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Field, FormError } from '../../parts/field.tsx';
import { type Fields, fieldsOf } from '../../parts/form.ts';
import { Lines, Loading } from '../../parts/states.tsx';
import { dateTime, words } from '../../shell/format.ts';
import { useMe } from '../../shell/session.ts';
import { NeedsProgram } from '../needs-program.tsx';

/** Whether mails go out, to whom, and what became of the latest. */
export default function Mail() {
  return <NeedsProgram title="Mail">{(program) => <Of key={program.id} program={program} />}</NeedsProgram>;
}

function Of({ program }: { program: ProgramRecord }) {
  return (
    <>
      <Smtp />
      <Contact program={program} />
      <Outbox program={program} />
    </>
  );
}

function Smtp() {
  const { may } = useMe();
  const query = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => healthApi.health(signal),
    enabled: may('program:update'),
  });
  const canSend = query.data?.mails.can_send;
  return (
    <Card
      title="Mail server"
      aside={
        canSend !== undefined && (
          <Badge tone={canSend ? 'good' : 'warn'}>{canSend ? 'Mails go out' : 'Mails are kept'}</Badge>
        )
      }
    >
      <p className="p-4 text-ink-2">
        Mails about invoices and payouts go out by the server that SMTP_URL names, from HEADWATER_MAIL_FROM.
        Both are set where Headwater is started. Without them mails are kept below, and nobody gets them.
      </p>
    </Card>
  );
}

function Contact({ program }: { program: ProgramRecord }) {
  const queryClient = useQueryClient();
  const queryKey = ['billing-contact', program.id];
  const query = useQuery({ queryKey, queryFn: () => settingsApi.billingContact(program.id) });
  const save = useMutation({
    mutationFn: ({ email = '' }: Fields) => settingsApi.setBillingContact(program.id, email),
    onSuccess: () => queryClient.invalidateQueries({ queryKey }),
  });
  return (
    <Card title="Who gets invoices">
      <Loading query={query} standIn={<Lines count={2} />}>
        {({ email_masked: masked }) => (
          <form className="space-y-3 p-4" onSubmit={(event) => save.mutate(fieldsOf(event))}>
            <p className="text-ink-2">{masked ? `Invoices go to ${masked}.` : 'Nobody is named yet.'}</p>
            <Field label="Email" name="email" type="email" required autoComplete="off" />
            <FormError error={save.error} />
            <Button type="submit" disabled={save.isPending}>
              {masked ? 'Change' : 'Save'}
            </Button>
          </form>
        )}
      </Loading>
    </Card>
  );
}

const tones: Readonly<Record<MailItem['state'], Tone>> = {
  waiting: 'warn',
  sent: 'good',
  kept: 'neutral',
  failed: 'bad',
};

function Outbox({ program }: { program: ProgramRecord }) {
  const query = useQuery({ queryKey: ['mails', program.id], queryFn: () => settingsApi.mails(program.id) });
  return (
    <Card title="Latest mails">
      <Loading query={query} standIn={<Lines count={3} />}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="p-4 text-ink-2">No mail was written yet.</p>
          ) : (
            <ul className="divide-y divide-line">
              {data.map((mail) => (
                <li key={mail.id} className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 py-2.5">
                  <details className="min-w-0 flex-1 basis-64">
                    <summary className="cursor-pointer font-medium">{mail.subject}</summary>
                    <p className="mt-1 whitespace-pre-wrap break-words text-ink-2">{mail.body}</p>
                  </details>
                  <p className="text-ink-3 text-xs">
                    {mail.to_masked} · {dateTime(mail.created_at)}
                  </p>
                  <Badge tone={tones[mail.state]}>{words(mail.state)}</Badge>
                  {mail.last_error && <p className="w-full break-words text-bad">{mail.last_error}</p>}
                </li>
              ))}
            </ul>
          )
        }
      </Loading>
    </Card>
  );
}
