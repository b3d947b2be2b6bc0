import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import own from '../package.json' with { type: 'json' };
import { serveHttp } from './http.ts';
import { createMcpServer } from './server.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';

const help = `headwater-mcp: Headwater for coding agents, over the Model Context Protocol.

  headwater-mcp                 on standard input and output, as clients start it
  headwater-mcp --http          on http://127.0.0.1:3920/mcp, for clients on this machine
      --port <number>           another port
      --host <address>          another address of this machine, answered by that name too

Environment:
  HEADWATER_URL                 where Headwater runs; default http://localhost:3000
  HEADWATER_TOKEN               a program’s tracking token, aff_…
  HEADWATER_KEY                 a management key, affk_…
  HEADWATER_WEBSITE_TOKEN       a website’s token, tf_…
  HEADWATER_MCP_TOKEN           with --http: what clients send as bearer; made and told where there is none`;

/** Runs the command until its client has gone. Answers the exit code. */
export async function run(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { values } = parseArgs({
      args,
      options: {
        http: { type: 'boolean' },
        port: { type: 'string', default: '3920' },
        host: { type: 'string', default: '127.0.0.1' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
    if (values.help || values.version) {
      console.log(values.help ? help : own.version);
      return 0;
    }
    const settings = readSettings(env);
    if (values.http) await runHttp(settings, values, env);
    else await runStdio(settings);
    return 0;
  } catch (error) {
    const isUsage =
      error instanceof SettingsError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    console.error(`headwater-mcp: ${(error as Error).message}`);
    return isUsage ? 2 : 1;
  }
}

async function runStdio(settings: Settings): Promise<void> {
  const server = createMcpServer(settings);
  const gone = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    process.stdin.once('end', resolve);
  });
  await server.connect(new StdioServerTransport());
  await gone;
}

async function runHttp(
  settings: Settings,
  { host, port }: { host: string; port: string },
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new SettingsError('--port must be a port');
  const given = env.HEADWATER_MCP_TOKEN?.trim();
  const token = given || randomBytes(24).toString('base64url');
  const server = await serveHttp(settings, { host, port: Number(port), token });
  // Standard error: what reads the address reads this, and nothing else is said.
  console.error(`Headwater for agents at ${server.url}`);
  if (!given) console.error(`Clients send: Authorization: Bearer ${token}`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await server.close();
}
