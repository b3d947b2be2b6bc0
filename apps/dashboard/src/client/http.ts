/** What the server refused, or why it could not be asked. */
export class ApiError extends Error {
  readonly status: number;
  /** Of the server's catalogue of errors; empty where there was no answer. */
  readonly code: string;

  constructor(status: number, message: string, code = '') {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** It may go away by itself: no connection, a server that restarts, a database that is away, too many requests. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

let workspaceId: number | undefined;

/** Which workspace every call from now on is about. */
export function setWorkspace(id: number | undefined): void {
  workspaceId = id;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

function urlOf(path: string, query: Query = {}): string {
  const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(asked.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

export interface CallOptions {
  query?: Query;
  /** A file goes as it is, everything else as JSON. */
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** One call of the server, with the session's cookie. Rejects with an ApiError. */
export async function call<Answer>(method: string, path: string, options?: CallOptions): Promise<Answer> {
  const reply = await send(method, path, options);
  return (await reply.json()) as Answer;
}

/** As {@link call}, for what most answers have under `data`. */
export async function dataOf<Data>(method: string, path: string, options?: CallOptions): Promise<Data> {
  return (await call<{ data: Data }>(method, path, options)).data;
}

export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

/** A page of a list: the first, or that of the query's cursor. */
export function pageOf<Item>(path: string, query: object, signal?: AbortSignal): Promise<Page<Item>> {
  return call('GET', path, { query: { ...query }, signal });
}

/** All pages of a list, for lists that are short. */
export async function allOf<Item>(path: string, signal: AbortSignal | undefined): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await pageOf<Item>(path, { limit: 200, cursor }, signal);
    items.push(...page.data);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && items.length < 2000);
  return items;
}

export async function send(
  method: string,
  path: string,
  { query, body, signal }: CallOptions = {},
): Promise<Response> {
  const headers: Record<string, string> = {};
  const isFile = body instanceof Blob;
  if (body !== undefined) headers['content-type'] = isFile ? 'application/octet-stream' : 'application/json';
  if (workspaceId !== undefined) headers['x-headwater-workspace'] = String(workspaceId);
  const reply = await fetch(urlOf(path, query), {
    method,
    headers,
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error) => {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'The server cannot be reached');
  });
  if (reply.ok) return reply;
  const told = (await reply.json().catch(() => ({}))) as { error?: string; code?: string };
  throw new ApiError(
    reply.status,
    told.error ?? `The server answered with status ${reply.status}`,
    told.code ?? '',
  );
}
