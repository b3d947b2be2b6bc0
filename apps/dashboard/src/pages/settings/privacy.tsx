import type { ErasureItem } from '@headwater/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { type Subject, settingsApi } from '../../client/settings.ts';
import { Ask } from '../../parts/ask.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Field, FormError, Select } from '../../parts/field.tsx';
import { saveFile } from '../../parts/save-file.tsx';
import { Lines, Loading } from '../../parts/states.tsx';
import { counted, dateTime } from '../../shell/format.ts';
import { useSubject } from '../../shell/session.ts';

const queryKey = ['erasures'];

/** A person’s right to know and to be forgotten, and how long behaviour is kept. */
export default function Privacy() {
  return (
    <>
      <Person />
      <Erasures />
      <Card title="How long behaviour is kept">
        <p className="p-4 text-ink-2">
          Each website says how many days what visitors did is kept; money is never forgotten.{' '}
          <Link
            to="/settings/$section"
            params={{ section: 'websites' }}
            search={(old) => old}
            className="text-accent underline"
          >
            Set it in Websites
          </Link>
        </p>
      </Card>
    </>
  );
}

function Person() {
  const program = useSubject()?.program;
  const [by, setBy] = useState<'email' | 'customer_key'>('email');
  const [text, setText] = useState('');
  const value = text.trim();
  const subject: Subject =
    by === 'email'
      ? { email: value }
      : { customer_key: value, ...(program ? { program_id: program.id } : {}) };
  const handOut = useMutation({
    mutationFn: () => settingsApi.exportPerson(subject),
    onSuccess(known) {
      const file = new Blob([JSON.stringify(known, null, 2)], { type: 'application/json' });
      saveFile(file, 'person.json');
    },
  });
  return (
    <Card title="A person’s data">
      <div className="space-y-4 p-4">
        <p className="text-ink-2">
          The person is everybody who goes by this email in the workspace, or by this key in the program, with
          their browsers.
        </p>
        <div className="grid gap-3 sm:grid-cols-[10rem_minmax(0,1fr)]">
          <Select
            label="Known by"
            value={by}
            onChange={({ target }) => setBy(target.value as 'email' | 'customer_key')}
          >
            <option value="email">Email</option>
            {program && <option value="customer_key">Customer key</option>}
          </Select>
          <Field
            label={by === 'email' ? 'Email of the person' : `Customer key in ${program?.name}`}
            type={by === 'email' ? 'email' : 'text'}
            value={text}
            onChange={({ target }) => setText(target.value)}
            autoComplete="off"
          />
        </div>
        <FormError error={handOut.error} />
        <p role="status" className="text-good empty:hidden">
          {handOut.isSuccess && 'The file is downloaded.'}
        </p>
        <div className="flex flex-wrap gap-2">
          <Button disabled={value === '' || handOut.isPending} onClick={() => handOut.mutate()}>
            Hand out what is known
          </Button>
          {value !== '' && (
            <Ask
              trigger="Erase"
              look="danger"
              title={`Erase ${value}?`}
              description="It cannot be undone. Every name, address, key and browser of theirs is replaced in both stores; payments and commissions stay and name nobody."
              verb="Erase for ever"
              act={() => settingsApi.erase(subject)}
              renews={queryKey}
              onDone={() => setText('')}
            />
          )}
        </div>
      </div>
    </Card>
  );
}

function Erasures() {
  const query = useQuery({
    queryKey,
    queryFn: settingsApi.erasures,
    refetchInterval: ({ state }) => (state.data?.data.some(({ status }) => status !== 'done') ? 2000 : false),
  });
  return (
    <Card title="Erasures">
      <Loading query={query} standIn={<Lines count={3} />}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="p-4 text-ink-2">Nobody was erased.</p>
          ) : (
            <ul className="divide-y divide-line">
              {data.map((one) => (
                <Erasure key={one.id} one={one} />
              ))}
            </ul>
          )
        }
      </Loading>
    </Card>
  );
}

function Erasure({ one: { id, status, requested_by: by, requested_at: at, found } }: { one: ErasureItem }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">Erasure {id}</p>
        <p className="text-ink-3 text-xs">
          Asked by {by}, {dateTime(at)}
        </p>
        {found && (
          <p className="text-ink-2">
            {counted(found.customers, 'customer')}, {counted(found.browsers, 'browser')};{' '}
            {counted(found.payments, 'payment')} that name nobody now
          </p>
        )}
      </div>
      <Badge tone={status === 'done' ? 'good' : 'warn'}>{status === 'done' ? 'Done' : 'Under way'}</Badge>
    </li>
  );
}
