import type { IncomingMessage } from 'node:http';

/** A request as the shop's routes read it. */
export interface Visit {
  method: string;
  url: URL;
  cookies: ReadonlyMap<string, string>;
  form: URLSearchParams;
}

/** What the visitor asked for cannot be had; the message is shown. */
export class ShopRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const maxFormBytes = 64 * 1024;

export async function readVisit(request: IncomingMessage): Promise<Visit> {
  return {
    method: request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET'),
    url: new URL(`http://shop${request.url ?? '/'}`),
    cookies: readCookies(request.headers.cookie ?? ''),
    form: new URLSearchParams(request.method === 'POST' ? await readBody(request) : ''),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxFormBytes) throw new ShopRefusal(413, 'That form is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readCookies(header: string): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header.split(';')) {
    const [name, value] = pair.split('=', 2);
    if (name === undefined || value === undefined) continue;
    cookies.set(name.trim(), decode(value.trim()));
  }
  return cookies;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
