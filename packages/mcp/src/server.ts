import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import own from '../package.json' with { type: 'json' };
import type { Settings } from './settings.ts';
import { installTools } from './tool.ts';
import { askingTools } from './tools/asking.ts';
import { planningTools } from './tools/planning.ts';
import { trackingTools } from './tools/tracking.ts';
import { verifyingTools } from './tools/verifying.ts';

const instructions = `Headwater traces every payment back to its source: the partner who earned it and the visit that brought it.
To integrate a site: integration_plan for its stack, write the code, then readiness after every step, and run_verification at the end.
To answer why a partner earned something, or did not: explain_payment. To answer where revenue comes from: query_reports.
Whatever the track tools record is real unless test_mode is true. Amounts are integers in the currency’s minor unit.
Keys are in this server’s environment: never ask for one, and never write one into code.`;

/** All tools over one Headwater; not yet connected to anybody. */
export function createMcpServer(settings: Settings): McpServer {
  const server = new McpServer(
    { name: 'headwater', title: 'Headwater', version: own.version },
    { instructions },
  );
  installTools(server, [...verifyingTools, ...planningTools, ...trackingTools, ...askingTools], settings);
  return server;
}
