import { type Sql, statement } from '../../platform/index.ts';

interface ProgramKey {
  workspaceId: number;
  id: number;
}

export type ConnectionMethod = 'oauth' | 'api_key' | 'stated';

/** An account joined to a program. */
export interface Connection {
  id: number;
  account: string;
  livemode: boolean;
  method: ConnectionMethod;
  api_key: Buffer | null;
  api_key_mask: string | null;
  charges_enabled: boolean;
  payouts_enabled: boolean;
  details_submitted: boolean;
  connected_at: Date;
  disconnected_at: Date | null;
  disconnected_because: 'removed' | 'deauthorized' | 'replaced' | null;
}

const columns = `id, account, livemode, method, api_key, api_key_mask, charges_enabled, payouts_enabled,
  details_submitted, connected_at, disconnected_at, disconnected_because`;

const listAll = statement(
  'stripe.list_connections',
  `select ${columns} from stripe_connections where workspace_id = $1 and program_id = $2
   order by disconnected_at is not null, id desc limit 20`,
);

/** Those in force first, then the latest of the past. */
export function listConnections(sql: Sql, program: ProgramKey): Promise<Connection[]> {
  return sql.query<Connection>(listAll, [program.workspaceId, program.id]);
}

const programsOfAccount = statement(
  'stripe.programs_of_account',
  `select program_id as "programId", bool_or(method <> 'stated') as "isProven" from stripe_connections
   where account = $1 and disconnected_at is null group by program_id order by program_id limit 20`,
);

/** The programs that an account is joined to, in any mode, and whether the account itself agreed to that. */
export function listProgramsOfAccount(
  sql: Sql,
  account: string,
): Promise<{ programId: number; isProven: boolean }[]> {
  return sql.query(programsOfAccount, [account]);
}

const ownAccounts = statement(
  'stripe.own_accounts',
  'select distinct account from stripe_connections where workspace_id = $1 and program_id = $2',
);

/** The accounts that are or were the program's own. */
export async function listOwnAccounts(sql: Sql, program: ProgramKey): Promise<string[]> {
  const rows = await sql.query<{ account: string }>(ownAccounts, [program.workspaceId, program.id]);
  return rows.map((row) => row.account);
}

const end = statement(
  'stripe.end_connection',
  `update stripe_connections set disconnected_at = $5, disconnected_because = $6, api_key = null
   where workspace_id = $1 and program_id = $2 and account = $3 and livemode = $4 and disconnected_at is null
   returning id`,
);

/** Ends the connection in force, and forgets its key. False when there is none of this account and mode. */
export async function endConnection(
  sql: Sql,
  program: ProgramKey,
  ending: {
    account: string;
    livemode: boolean;
    because: 'removed' | 'deauthorized' | 'replaced';
    at: Date;
  },
): Promise<boolean> {
  const rows = await sql.query(end, [
    program.workspaceId,
    program.id,
    ending.account,
    ending.livemode,
    ending.at,
    ending.because,
  ]);
  return rows.length > 0;
}

const endOthers = statement(
  'stripe.end_other_connections',
  `update stripe_connections set disconnected_at = $5, disconnected_because = 'replaced', api_key = null
   where workspace_id = $1 and program_id = $2 and livemode = $3 and account <> $4 and disconnected_at is null`,
);

const upsert = statement(
  'stripe.upsert_connection',
  `insert into stripe_connections (workspace_id, program_id, account, livemode, method, api_key, api_key_mask,
     charges_enabled, payouts_enabled, details_submitted, connected_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   on conflict (workspace_id, program_id, livemode) where disconnected_at is null do update set
     method = excluded.method, api_key = excluded.api_key, api_key_mask = excluded.api_key_mask,
     charges_enabled = excluded.charges_enabled, payouts_enabled = excluded.payouts_enabled,
     details_submitted = excluded.details_submitted
   returning ${columns}`,
);

export interface NewConnection {
  account: string;
  livemode: boolean;
  method: ConnectionMethod;
  apiKey: Buffer | null;
  apiKeyMask: string | null;
  chargesEnabled: boolean;
  payoutsEnabled: boolean;
  detailsSubmitted: boolean;
  at: Date;
}

/**
 * The connection in force of its mode: made, or brought up to date when the account is connected already. One of another
 * account is replaced. Violates `stripe_connections_account_key` when the account is another program's.
 */
export async function saveConnection(
  sql: Sql,
  program: ProgramKey,
  connection: NewConnection,
): Promise<Connection> {
  await sql.query(endOthers, [
    program.workspaceId,
    program.id,
    connection.livemode,
    connection.account,
    connection.at,
  ]);
  const [row] = await sql.query<Connection>(upsert, [
    program.workspaceId,
    program.id,
    connection.account,
    connection.livemode,
    connection.method,
    connection.apiKey,
    connection.apiKeyMask,
    connection.chargesEnabled,
    connection.payoutsEnabled,
    connection.detailsSubmitted,
    connection.at,
  ]);
  return row as Connection;
}

const insertState = statement(
  'stripe.insert_oauth_state',
  `insert into stripe_oauth_states (state_hash, workspace_id, program_id, redirect_uri, livemode, expires_at)
   values ($1, $2, $3, $4, $5, $6)`,
);
const deleteStale = statement(
  'stripe.delete_stale_states',
  'delete from stripe_oauth_states where expires_at < $1',
);

export interface OAuthState {
  redirectUri: string;
  livemode: boolean;
  expiresAt: Date;
}

export async function insertOAuthState(
  sql: Sql,
  program: ProgramKey,
  stateHash: Buffer,
  state: OAuthState,
  now: Date,
): Promise<void> {
  await sql.query(deleteStale, [now]);
  await sql.query(insertState, [
    stateHash,
    program.workspaceId,
    program.id,
    state.redirectUri,
    state.livemode,
    state.expiresAt,
  ]);
}

const takeState = statement(
  'stripe.take_oauth_state',
  `delete from stripe_oauth_states where state_hash = $1 and workspace_id = $2 and program_id = $3
   returning redirect_uri as "redirectUri", livemode, expires_at as "expiresAt"`,
);

/** Uses a state up. Undefined when it is unknown, used, or another program's. */
export async function takeOAuthState(
  sql: Sql,
  program: ProgramKey,
  stateHash: Buffer,
): Promise<OAuthState | undefined> {
  const [row] = await sql.query<OAuthState>(takeState, [stateHash, program.workspaceId, program.id]);
  return row;
}

const inboxFigures = statement(
  'stripe.inbox_figures',
  `select
     (select count(*) from stripe_inbox where workspace_id = $1 and program_id = $2 and state = 'waiting')::integer as waiting,
     (select count(*) from stripe_inbox where workspace_id = $1 and program_id = $2 and state = 'failed')::integer as failed,
     (select min(received_at) from stripe_inbox
       where workspace_id = $1 and program_id = $2 and state in ('waiting', 'failed')) as oldest,
     (select received_at from stripe_inbox where workspace_id = $1 and program_id = $2
       order by received_at desc, id desc limit 1) as latest`,
);

export interface InboxFigures {
  waiting: number;
  failed: number;
  oldest: Date | null;
  latest: Date | null;
}

/** What is in a program’s inbox. */
export async function loadInboxFigures(sql: Sql, program: ProgramKey): Promise<InboxFigures> {
  const [row] = await sql.query<InboxFigures>(inboxFigures, [program.workspaceId, program.id]);
  return row as InboxFigures;
}
