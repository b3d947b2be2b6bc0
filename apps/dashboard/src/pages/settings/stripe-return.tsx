import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { settingsApi } from '../../client/settings.ts';
import { Outside } from '../../parts/outside.tsx';
import { meQuery } from '../../shell/session.ts';
import { findStart, forgetStart, type Start } from './stripe-start.ts';

/** Where Stripe sends the owner of an account back to. What was not begun in this tab is not gone on with. */
export function StripeReturn() {
  const [back] = useState(readBack);
  // The workspace that the call is about is known with the person.
  const me = useQuery(meQuery);
  const complete = useMutation({
    mutationFn: ({ start, code }: { start: Start; code: string }) =>
      settingsApi.completeStripe(start.programId, { code, state: start.state }),
    onSettled: forgetStart,
  });
  const { mutate } = complete;
  const isKnown = me.data !== undefined;
  // A code works once.
  const wasSent = useRef(false);
  useEffect(() => {
    if (!isKnown || wasSent.current || back.start === undefined || back.code === undefined) return;
    wasSent.current = true;
    mutate({ start: back.start, code: back.code });
  }, [isKnown, back, mutate]);
  const refusal = back.refusal ?? me.error?.message ?? complete.error?.message;
  return (
    <Outside title="Stripe" className="max-w-md">
      {refusal !== undefined ? (
        <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad">
          {refusal}
        </p>
      ) : complete.data ? (
        <div role="status" className="space-y-2">
          <p>
            Account <span className="font-mono text-xs">{complete.data.connection.account}</span> is connected
            {complete.data.verified && ', and a signed test event came through'}.
          </p>
          {complete.data.warnings.map((text) => (
            <p key={text} className="text-warn">
              {text}
            </p>
          ))}
        </div>
      ) : (
        <p role="status" className="text-ink-2">
          Setting the account up…
        </p>
      )}
      <Link
        to="/settings/$section"
        params={{ section: 'stripe' }}
        search={back.start ? { program: back.start.programId } : {}}
        className="mt-4 inline-block text-accent underline"
      >
        To Settings
      </Link>
    </Outside>
  );
}

interface Back {
  start?: Start;
  code?: string;
  refusal?: string;
}

function readBack(): Back {
  const query = new URLSearchParams(location.search);
  const start = findStart();
  const code = query.get('code');
  if (start === undefined || query.get('state') !== start.state)
    return { refusal: 'This was not begun in this tab. Connect again from Settings.' };
  if (code !== null) return { start, code };
  const isDenied = query.get('error') === 'access_denied';
  return {
    start,
    refusal: isDenied
      ? 'The account was not connected: access was denied at Stripe.'
      : (query.get('error_description') ?? 'Stripe sent nothing back.'),
  };
}
