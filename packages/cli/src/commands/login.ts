import { setTimeout } from 'node:timers/promises';
import type { CliLoginPolled, CliLoginStarted } from '@headwater/contract';
import { Command } from 'commander';
import { openApi } from '../api.ts';
import { exitCodes, Failure } from '../failure.ts';
import { forgetLogin, getLogin, keepLogin } from '../login-store.ts';
import { openOutput } from '../output.ts';
import { readUrl } from '../settings.ts';

const pollMs = 1000;

interface Options {
  json?: boolean;
}

function personCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--json', 'answer in JSON, for scripts')
    .showHelpAfterError(`(headwater ${name} --help says more)`)
    .exitOverride();
}

/** `headwater login`: somebody who is signed in at the server lets this terminal in. */
export function loginCommand(): Command {
  return personCommand('login', 'Sign this terminal in: you approve it in the browser').action(
    async (options: Options) => {
      const url = readUrl();
      const out = openOutput(process.stdout, process.stderr);
      const api = openApi({ url });
      const { data: started } = await api.post<{ data: CliLoginStarted }>('/api/v1/cli/auth/start');
      out.aside(`Open this page, and compare the code:\n\n  ${started.auth_url}\n  ${started.code}\n`);
      const { token, email, advertiser_id: workspace } = await waitFor(api, started);
      keepLogin(url, { token, email });
      if (options.json) out.json({ email, advertiser_id: workspace, url });
      else out.line(`${out.color.green('✓')} Signed in at ${url} as ${email}, for 90 days.`);
    },
  );
}

async function waitFor(
  api: ReturnType<typeof openApi>,
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

/** `headwater logout`: the token dies at the server, and is forgotten here. */
export function logoutCommand(): Command {
  return personCommand('logout', 'End the login of this terminal').action(async (options: Options) => {
    const url = readUrl();
    const out = openOutput(process.stdout, process.stderr);
    const { token, email } = getLogin(url);
    // One that is dead already is as good as ended.
    await openApi({ url, key: token })
      .post('/api/v1/cli/auth/logout')
      .catch((error: unknown) => {
        if (!(error instanceof Failure) || error.exitCode !== exitCodes.unauthorized) throw error;
      });
    forgetLogin(url);
    if (options.json) out.json({ revoked: true, url });
    else out.line(`${out.color.green('✓')} ${email} is signed out of ${url}.`);
  });
}

/** `headwater whoami`: whom this terminal acts for. */
export function whoamiCommand(): Command {
  return personCommand('whoami', 'Show whom this terminal acts for').action(async (options: Options) => {
    const url = readUrl();
    const out = openOutput(process.stdout, process.stderr);
    const { data } = await openApi({ url, key: getLogin(url).token }).get<{
      data: { email: string; role: string; advertiser_id: number; workspace: string };
    }>('/api/v1/cli/me');
    if (options.json) out.json({ ...data, url });
    else out.line(`${data.email}, ${data.role} of ${data.workspace} at ${url}`);
  });
}
