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

/** One call of the server, with the session's cookie. Rejects with an ApiError. */
export async function call<Answer>(
  method: string,
  path: string,
  options: { query?: Query; body?: unknown; signal?: AbortSignal } = {},
): Promise<Answer> {
  const reply = await send(method, path, options);
  return (await reply.json()) as Answer;
}

export async function send(
  method: string,
  path: string,
  { query, body, signal }: { query?: Query; body?: unknown; signal?: AbortSignal } = {},
): Promise<Response> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (workspaceId !== undefined) headers['x-headwater-workspace'] = String(workspaceId);
  const reply = await fetch(urlOf(path, query), {
    method,
    headers,
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
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
