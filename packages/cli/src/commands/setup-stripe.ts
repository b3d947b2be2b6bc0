import { createInterface } from 'node:readline';
import type { ConnectedStripe, RemovedStripe, StripeOAuthStart } from '@headwater/contract';
import type { Command } from 'commander';
import { type Context, openContext, programPath } from '../context.ts';
import { exitCodes, Failure } from '../failure.ts';
import { listenForCallback } from '../loopback.ts';
import { type End, type ProgramOptions, programCommand } from './command.ts';

interface Options extends ProgramOptions {
  apiKey?: string | true;
  remove?: boolean;
  port: string;
}

/** `headwater setup stripe`: by OAuth, by a restricted key, or back again. Safe to repeat. */
export function setUpStripeCommand(end: End): Command {
  return programCommand(
    'stripe',
    'Connect a Stripe account: webhook endpoint, events, secret, and a test event',
  )
    .option('--api-key [key]', 'with a restricted key (rk_…) instead of OAuth; left out, it is asked for')
    .option('--remove', 'undo it: endpoint, permission, key and secrets go')
    .option('--port <port>', 'of the address Stripe comes back to, as registered there', '47115')
    .action(async (options: Options) => {
      const context = openContext(options);
      const path = `${await programPath(context, options.program)}/stripe`;
      if (options.remove) return remove(context, path);
      const connected =
        options.apiKey === undefined
          ? await connectByOAuth(context, path, options.port)
          : await connectByKey(context, path, options.apiKey);
      show(context, connected);
      if (!connected.verified) end(exitCodes.found);
    });
}

async function connectByKey({ api }: Context, path: string, given: string | true): Promise<ConnectedStripe> {
  const key = given === true ? await askForKey() : given;
  const { data } = await api.post<{ data: ConnectedStripe }>(`${path}/connect`, { api_key: key });
  return data;
}

/** From the terminal or a pipe: a key on the command line would stay in the shell's history. */
async function askForKey(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Restricted key (rk_live_… or rk_test_…): ');
  const lines = createInterface({ input: process.stdin, terminal: false });
  for await (const line of lines) {
    lines.close();
    return line.trim();
  }
  throw new Failure('No key was given.', exitCodes.usage, 'usage');
}

async function connectByOAuth({ api, out }: Context, path: string, port: string): Promise<ConnectedStripe> {
  const callback = await listenForCallback(port);
  try {
    const { data: started } = await api.post<{ data: StripeOAuthStart }>(`${path}/oauth/start`, {
      redirect_uri: callback.url,
    });
    out.aside(`Open this page and choose the account:\n\n  ${started.authorize_url}\n`);
    const code = await callback.wait(started.state, Date.parse(started.expires_at) - Date.now());
    const { data } = await api.post<{ data: ConnectedStripe }>(`${path}/oauth/complete`, {
      code,
      state: started.state,
    });
    return data;
  } catch (error) {
    if (error instanceof Failure && error.code === 'stripe_not_configured') {
      throw new Failure(
        'This server has no Stripe platform account, so there is no OAuth. Connect your own account with a restricted key:\n\n  headwater setup stripe --api-key\n\ndocs/stripe-setup.md says which permissions it needs.',
        error.exitCode,
        error.code,
      );
    }
    throw error;
  } finally {
    await callback.close();
  }
}

function show({ out, isJson }: Context, connected: ConnectedStripe): void {
  if (isJson) {
    out.json(connected);
    return;
  }
  const { color } = out;
  const tick = color.green('✓');
  const { connection, endpoint, enabled_events: events } = connected;
  out.line(
    `${tick} Account ${connection.account} is connected (${connection.livemode ? 'live' : 'test'} mode)`,
  );
  out.line(
    connected.created
      ? `${tick} Webhook endpoint ${endpoint.webhook_endpoint_id} made: ${events.length} events, API version ${endpoint.api_version}`
      : `${tick} Webhook endpoint ${endpoint.webhook_endpoint_id} was there and is as it should be`,
  );
  if (connected.verified) out.line(`${tick} A signed test event came through`);
  for (const warning of connected.warnings) out.line(`${color.yellow('!')} ${warning}`);
}

async function remove({ api, out, isJson }: Context, path: string): Promise<void> {
  const { data } = await api.remove<{ data: RemovedStripe }>(path);
  if (isJson) return out.json(data);
  const { color } = out;
  if (data.accounts.length === 0) out.line('No account was connected.');
  for (const account of data.accounts) out.line(`${color.green('✓')} Account ${account} is disconnected`);
  for (const id of data.endpoints) out.line(`${color.green('✓')} Webhook endpoint ${id} is deleted`);
  for (const warning of data.warnings) out.line(`${color.yellow('!')} ${warning}`);
}
