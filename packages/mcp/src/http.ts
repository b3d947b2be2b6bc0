import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpServer } from './server.ts';
import type { Settings } from './settings.ts';

export interface HttpOptions {
  host: string;
  /** 0: a free one. */
  port: number;
  /** What clients send as bearer. */
  token: string;
}

export interface HttpServer {
  url: string;
  close(): Promise<void>;
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const mostBytes = 256 * 1024;

/**
 * Streamable HTTP at `/mcp`, for clients on this machine. Each request stands for itself: no session is kept.
 *
 * A page in a browser on this machine could call it too, by its own address or by a name that was made to point here. So a
 * request must name this machine as its host, come from no page of another, and carry the token.
 */
export async function serveHttp(settings: Settings, { host, port, token }: HttpOptions): Promise<HttpServer> {
  const name = host.includes(':') ? `[${host}]` : host;
  const server: Server = createServer((request, response) => {
    answer(settings, { token, name }, request, response).catch((error: unknown) => {
      console.error('headwater-mcp: a request failed', error);
      if (!response.headersSent) refuse(response, 500, 'Internal error');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${name}:${taken}/mcp`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  settings: Settings,
  { token, name }: { token: string; name: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const host = hostOf(`http://${request.headers.host ?? ''}`);
  if (!loopback.has(host) && host !== name) return refuse(response, 403, 'Host not allowed');
  const { origin } = request.headers;
  if (origin !== undefined && !loopback.has(hostOf(origin)))
    return refuse(response, 403, 'Origin not allowed');
  if (new URL(request.url ?? '/', 'http://localhost').pathname !== '/mcp')
    return refuse(response, 404, 'Not found: the address ends in /mcp');
  if (!isBearer(request.headers.authorization, token)) {
    response.setHeader('www-authenticate', 'Bearer');
    return refuse(response, 401, 'Send the token of HEADWATER_MCP_TOKEN as Authorization: Bearer');
  }
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    return refuse(response, 405, 'No session is kept here: POST each message');
  }
  const body = await readBody(request);
  if (body === undefined) return refuse(response, 413, 'Message too large');
  const message = parse(body);
  if (message === undefined) return refuse(response, 400, 'Malformed JSON');
  // A server a request: what one client asks is nothing to another.
  const server = createMcpServer(settings);
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  response.on('close', () => void server.close());
  // Its optional members are declared in a way that exact optional types do not take.
  await server.connect(transport as never);
  await transport.handleRequest(request, response, message);
}

const hostOf = (address: string) => (URL.canParse(address) ? new URL(address).hostname : '');

function isBearer(header: string | undefined, token: string): boolean {
  const sent = /^Bearer +(.+)$/i.exec(header ?? '')?.[1]?.trim() ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(token));
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In the words of JSON-RPC, for clients read nothing else. */
function refuse(response: ServerResponse, status: number, message: string): void {
  const body = { jsonrpc: '2.0', error: { code: -32000, message }, id: null };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
