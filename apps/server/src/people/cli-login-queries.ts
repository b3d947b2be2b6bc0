import { type Sql, statement, type Transaction } from '../platform/index.ts';

export interface CliLoginRow {
  code: string;
  client: string;
  createdAt: Date;
  expiresAt: Date;
  workspaceId: number | null;
  personId: string | null;
  approved: boolean | null;
  consumedAt: Date | null;
}

const columns = `code, client, created_at as "createdAt", expires_at as "expiresAt", workspace_id as "workspaceId",
  person_id as "personId", approved, consumed_at as "consumedAt"`;

const insertRow = statement(
  'people.insert_cli_login',
  `insert into cli_logins (state_hash, page_id, code, client, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)`,
);
// Kept for a while, so that who comes late is told that it is over and not that it never was.
const forgetOld = statement(
  'people.forget_cli_logins',
  `delete from cli_logins where expires_at < $1::timestamptz - interval '1 day'`,
);

export async function insertCliLogin(
  sql: Sql,
  login: {
    stateHash: Buffer;
    pageId: string;
    code: string;
    client: string;
    createdAt: Date;
    expiresAt: Date;
  },
): Promise<void> {
  await sql.query(forgetOld, [login.createdAt]);
  await sql.query(insertRow, [
    login.stateHash,
    login.pageId,
    login.code,
    login.client,
    login.createdAt,
    login.expiresAt,
  ]);
}

const findByState = statement(
  'people.find_cli_login',
  `select ${columns} from cli_logins where state_hash = $1`,
);
const lockByState = statement(
  'people.lock_cli_login',
  `select ${columns} from cli_logins where state_hash = $1 for update`,
);
const findByPage = statement(
  'people.find_cli_login_page',
  `select ${columns} from cli_logins where page_id = $1`,
);

export async function findCliLogin(sql: Sql, stateHash: Buffer): Promise<CliLoginRow | undefined> {
  const [row] = await sql.query<CliLoginRow>(findByState, [stateHash]);
  return row;
}

export async function lockCliLogin(trx: Transaction, stateHash: Buffer): Promise<CliLoginRow | undefined> {
  const [row] = await trx.query<CliLoginRow>(lockByState, [stateHash]);
  return row;
}

export async function findCliLoginOfPage(sql: Sql, pageId: string): Promise<CliLoginRow | undefined> {
  const [row] = await sql.query<CliLoginRow>(findByPage, [pageId]);
  return row;
}

const decideRow = statement(
  'people.decide_cli_login',
  `update cli_logins set workspace_id = $2, person_id = (select id from people where number = $3), approved = $4, decided_at = $5
   where page_id = $1 and decided_at is null and expires_at > $5 returning ${columns}`,
);

/** Undefined: it was decided before, is over, or never was. */
export async function decideCliLogin(
  trx: Transaction,
  pageId: string,
  decision: { workspaceId: number; personNumber: number; approved: boolean; at: Date },
): Promise<CliLoginRow | undefined> {
  const { workspaceId, personNumber, approved, at } = decision;
  const [row] = await trx.query<CliLoginRow>(decideRow, [pageId, workspaceId, personNumber, approved, at]);
  return row;
}

const consumeRow = statement(
  'people.consume_cli_login',
  'update cli_logins set consumed_at = $2 where state_hash = $1',
);
// A member who was removed meanwhile gets none.
const insertTokenRow = statement(
  'people.insert_login_token',
  `insert into login_tokens (workspace_id, person_id, token_hash, client, created_at, expires_at)
   select $1, m.person_id, $3, $4, $5, $6 from members m where m.workspace_id = $1 and m.person_id = $2
   returning (select email from people where id = $2) as email`,
);

/** The email of whom the token acts for; undefined: they are no member any more. */
export async function giveLoginToken(
  trx: Transaction,
  stateHash: Buffer,
  token: {
    workspaceId: number;
    personId: string;
    hash: Buffer;
    client: string;
    at: Date;
    expiresAt: Date;
  },
): Promise<string | undefined> {
  await trx.query(consumeRow, [stateHash, token.at]);
  const [row] = await trx.query<{ email: string }>(insertTokenRow, [
    token.workspaceId,
    token.personId,
    token.hash,
    token.client,
    token.at,
    token.expiresAt,
  ]);
  return row?.email;
}

const deleteTokenRow = statement(
  'people.delete_login_token',
  'delete from login_tokens where workspace_id = $1 and id = $2',
);

export async function deleteLoginToken(sql: Sql, workspaceId: number, id: number): Promise<void> {
  await sql.query(deleteTokenRow, [workspaceId, id]);
}

const workspaceNameOf = statement('people.workspace_name', 'select name from workspaces where id = $1');

export async function findWorkspaceName(sql: Sql, workspaceId: number): Promise<string> {
  const [row] = await sql.query<{ name: string }>(workspaceNameOf, [workspaceId]);
  return row?.name ?? '';
}
