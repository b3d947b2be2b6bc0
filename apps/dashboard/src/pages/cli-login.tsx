import { useMutation, useQuery } from '@tanstack/react-query';
import { Navigate, useParams } from '@tanstack/react-router';
import { ApiError, type api } from '../client/index.ts';
import { integrationApi } from '../client/integration.ts';
import { Button } from '../parts/button.tsx';
import { FormError } from '../parts/field.tsx';
import { Outside } from '../parts/outside.tsx';
import { Lines, Loading } from '../parts/states.tsx';
import { words } from '../shell/format.ts';
import { currentWorkspace, meQuery } from '../shell/session.ts';

/** Where a terminal is let in, or is not. Opening the page decides nothing. */
export function CliLogin() {
  const { requestId } = useParams({ strict: false }) as { requestId: string };
  const me = useQuery(meQuery);
  if (me.error instanceof ApiError && me.error.status === 401)
    return <Navigate to="/sign-in" search={{ next: `/cli-login/${requestId}` } as never} replace />;
  return (
    <Outside title="Let a terminal in?" className="max-w-md">
      <Loading query={me} standIn={<Lines count={5} />}>
        {(known) => <Question requestId={requestId} me={known} />}
      </Loading>
    </Outside>
  );
}

const allowed: Readonly<Record<string, readonly string[]>> = {
  owner: ['create programs, and see their tracking tokens', 'list the programs of the workspace'],
  admin: ['create programs, and see their tracking tokens', 'list the programs of the workspace'],
};

function Question({ requestId, me }: { requestId: string; me: Awaited<ReturnType<typeof api.me>> }) {
  const workspace = currentWorkspace(me);
  const query = useQuery({
    queryKey: ['cli-login', requestId],
    queryFn: () => integrationApi.cliLogin(requestId),
    retry: false,
  });
  const decide = useMutation({
    mutationFn: (approve: boolean) => integrationApi.decideCliLogin(requestId, approve),
  });
  if (query.error instanceof ApiError && query.error.status === 404)
    return <Ending title="This login is not known">Start it again in the terminal: headwater login.</Ending>;
  return (
    <Loading query={query} standIn={<Lines count={5} />}>
      {(asked) => {
        const status = decide.data?.status ?? asked.status;
        if (status === 'approved')
          return (
            <Ending title="The terminal is in">
              You may close this page and go on in the terminal. headwater logout ends it.
            </Ending>
          );
        if (status === 'denied')
          return <Ending title="The terminal is not let in">Nothing was given away.</Ending>;
        if (status === 'expired')
          return <Ending title="Too late">Start it again in the terminal: headwater login.</Ending>;
        return (
          <>
            <p>Compare this code with the one in your terminal. If you see no terminal with it, deny.</p>
            <p className="my-4 rounded-lg bg-sunken py-4 text-center font-mono text-2xl tracking-widest">
              {asked.code}
            </p>
            <p className="text-ink-2">
              For 90 days it may act as {me.person.email} ({words(workspace.role).toLowerCase()}) in{' '}
              {workspace.name}:
            </p>
            <ul className="mt-1 mb-4 list-disc pl-5 text-ink-2">
              {(allowed[workspace.role] ?? ['list the programs of the workspace']).map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
            {asked.client && <p className="mb-4 break-words text-ink-3 text-xs">Asked by {asked.client}</p>}
            <FormError error={decide.error} />
            <div className="mt-4 grid grid-cols-2 gap-2">
              <Button disabled={decide.isPending} onClick={() => decide.mutate(false)}>
                Deny
              </Button>
              <Button look="primary" disabled={decide.isPending} onClick={() => decide.mutate(true)}>
                Approve
              </Button>
            </div>
          </>
        );
      }}
    </Loading>
  );
}

function Ending({ title, children }: { title: string; children: string }) {
  return (
    <div role="status">
      <p className="font-semibold">{title}</p>
      <p className="mt-1 text-ink-2">{children}</p>
    </div>
  );
}
