import { setTimeout } from 'node:timers/promises';
import type { CliLoginPolled, CliLoginStarted } from '@headwater/contract';
import { type Api, openApi } from './api.ts';
import { exitCodes, Failure } from './failure.ts';
import { keepLogin } from './login-store.ts';
import type { Output } from './output.ts';

const pollMs = 1000;

/** Somebody who is signed in at the server lets this terminal in; the token is kept for this person of this machine. */
export async function signIn(url: string, out: Output): Promise<{ email: string; workspace: number }> {
  const api = openApi({ url });
  const { data: started } = await api.post<{ data: CliLoginStarted }>('/api/v1/cli/auth/start');
  out.aside(`Open this page, and compare the code:\n\n  ${started.auth_url}\n  ${started.code}\n`);
  const { token, email, advertiser_id: workspace } = await waitFor(api, started);
  keepLogin(url, { token, email });
  return { email, workspace };
}

async function waitFor(
  api: Api,
  { state }: CliLoginStarted,
): Promise<{ token: string; email: string; advertiser_id: number }> {
  // The server says when it is over: this machine's clock may be wrong.
  for (;;) {
    await setTimeout(pollMs);
    const { data } = await api.get<{ data: CliLoginPolled }>('/api/v1/cli/auth/poll', { state });
    const { token, email, advertiser_id } = data;
    if (data.status === 'complete' && token !== undefined && email !== undefined)
      return { token, email, advertiser_id: advertiser_id ?? 0 };
    if (data.status !== 'pending') break;
  }
  throw new Failure(
    'Nobody approved it. Start again: headwater login.',
    exitCodes.unauthorized,
    'not_approved',
  );
}
