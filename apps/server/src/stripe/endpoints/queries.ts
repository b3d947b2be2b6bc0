import { type Sql, statement } from '../../platform/index.ts';

interface ProgramKey {
  workspaceId: number;
  id: number;
}

const secrets = statement(
  'stripe.list_secrets',
  'select id, secret from stripe_endpoints where workspace_id = $1 and program_id = $2 order by id desc limit 50',
);

export function listSecrets(
  sql: Sql,
  workspaceId: number,
  programId: number,
): Promise<{ id: number; secret: Buffer }[]> {
  return sql.query(secrets, [workspaceId, programId]);
}

export interface EndpointRow {
  id: number;
  secret_mask: string;
  stripe_endpoint_id: string | null;
  origin: 'pasted' | 'created' | 'stated';
  livemode: boolean | null;
  api_version: string | null;
  url: string | null;
  description: string | null;
  created_at: Date;
  last_event_at: Date | null;
}

const columns = `id, secret_mask, stripe_endpoint_id, origin, livemode, api_version, url, description, created_at,
  last_event_at`;

const list = statement(
  'stripe.list_endpoints',
  `select ${columns} from stripe_endpoints
   where workspace_id = $1 and program_id = $2 and ($3::integer is null or id < $3) order by id desc limit $4`,
);

/** Newest first. */
export function listEndpointRows(
  sql: Sql,
  program: ProgramKey,
  before: number | null,
  limit: number,
): Promise<EndpointRow[]> {
  return sql.query<EndpointRow>(list, [program.workspaceId, program.id, before, limit]);
}

const insert = statement(
  'stripe.insert_endpoint',
  `insert into stripe_endpoints (workspace_id, program_id, secret, secret_mask, secret_hash, stripe_endpoint_id, origin,
     livemode, api_version, url, description, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
   on conflict (workspace_id, program_id, secret_hash) do update set
     stripe_endpoint_id = coalesce(excluded.stripe_endpoint_id, stripe_endpoints.stripe_endpoint_id),
     livemode = coalesce(excluded.livemode, stripe_endpoints.livemode),
     api_version = coalesce(excluded.api_version, stripe_endpoints.api_version),
     url = coalesce(excluded.url, stripe_endpoints.url),
     description = coalesce(excluded.description, stripe_endpoints.description)
   returning ${columns}`,
);

export interface NewEndpoint {
  secret: Buffer;
  secretMask: string;
  secretHash: Buffer;
  stripeEndpointId: string | null;
  origin: EndpointRow['origin'];
  livemode: boolean | null;
  apiVersion: string | null;
  url: string | null;
  description: string | null;
  at: Date;
}

/** The same secret again is the same endpoint: what is newly known of it is added. */
export async function saveEndpoint(
  sql: Sql,
  program: ProgramKey,
  endpoint: NewEndpoint,
): Promise<EndpointRow> {
  const [row] = await sql.query<EndpointRow>(insert, [
    program.workspaceId,
    program.id,
    endpoint.secret,
    endpoint.secretMask,
    endpoint.secretHash,
    endpoint.stripeEndpointId,
    endpoint.origin,
    endpoint.livemode,
    endpoint.apiVersion,
    endpoint.url,
    endpoint.description,
    endpoint.at,
  ]);
  return row as EndpointRow;
}

const remove = statement(
  'stripe.delete_endpoint',
  `delete from stripe_endpoints where workspace_id = $1 and program_id = $2 and id = $3 returning ${columns}`,
);

/** The secret goes; the events it signed stay. */
export async function deleteEndpoint(
  sql: Sql,
  program: ProgramKey,
  endpointId: number,
): Promise<EndpointRow | undefined> {
  const [row] = await sql.query<EndpointRow>(remove, [program.workspaceId, program.id, endpointId]);
  return row;
}

const touch = statement(
  'stripe.touch_endpoint',
  `update stripe_endpoints set last_event_at = $4
   where workspace_id = $1 and program_id = $2 and id = $3 and (last_event_at is null or last_event_at < $4)`,
);

export async function touchEndpoint(
  sql: Sql,
  program: ProgramKey,
  endpointId: number,
  at: Date,
): Promise<void> {
  await sql.query(touch, [program.workspaceId, program.id, endpointId, at]);
}
