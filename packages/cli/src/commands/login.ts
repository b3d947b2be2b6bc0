import { Command } from 'commander';
import { openApi } from '../api.ts';
import { exitCodes, Failure } from '../failure.ts';
import { forgetLogin, getLogin } from '../login-store.ts';
import { openOutput } from '../output.ts';
import { readUrl } from '../settings.ts';
import { signIn } from '../sign-in.ts';

interface Options {
  json?: boolean;
}

/** `headwater login`: somebody who is signed in at the server lets this terminal in. */
export function loginCommand(): Command {
  return new Command('login')
    .description('Sign this terminal in: you approve it in the browser')
    .action(async (options: Options) => {
      const url = readUrl();
      const out = openOutput(process.stdout, process.stderr);
      const { email, workspace } = await signIn(url, out);
      if (options.json) out.json({ email, advertiser_id: workspace, url });
      else out.line(`${out.color.green('✓')} Signed in at ${url} as ${email}, for 90 days.`);
    });
}

/** `headwater logout`: the token dies at the server, and is forgotten here. */
export function logoutCommand(): Command {
  return new Command('logout')
    .description('End the login of this terminal')
    .action(async (options: Options) => {
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
  return new Command('whoami')
    .description('Show whom this terminal acts for')
    .action(async (options: Options) => {
      const url = readUrl();
      const out = openOutput(process.stdout, process.stderr);
      const { data } = await openApi({ url, key: getLogin(url).token }).get<{
        data: { email: string; role: string; advertiser_id: number; workspace: string };
      }>('/api/v1/cli/me');
      if (options.json) out.json({ ...data, url });
      else out.line(`${data.email}, ${data.role} of ${data.workspace} at ${url}`);
    });
}
