import { type Sql, statement } from '../../platform/index.ts';

export interface MethodRow {
  method: 'bank_transfer' | 'paypal' | 'stripe' | 'wise';
  masked: Record<string, string>;
  createdAt: Date;
}

const columns = 'method, details_masked as masked, created_at as "createdAt"';

const insert = statement(
  'billing.insert_payout_method',
  `insert into payout_methods (workspace_id, partner_id, method, details_sealed, details_masked, set_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7) returning ${columns}`,
);

export async function insertMethod(
  sql: Sql,
  method: {
    workspaceId: number;
    partnerId: number;
    method: MethodRow['method'];
    sealed: Buffer;
    masked: Record<string, string>;
    setBy: string;
    at: Date;
  },
): Promise<MethodRow> {
  const [row] = await sql.query<MethodRow>(insert, [
    method.workspaceId,
    method.partnerId,
    method.method,
    method.sealed,
    JSON.stringify(method.masked),
    method.setBy,
    method.at,
  ]);
  return row as MethodRow;
}

const find = statement(
  'billing.find_payout_method',
  `select ${columns} from payout_methods where workspace_id = $1 and partner_id = $2 order by id desc limit 1`,
);

export async function findMethod(
  sql: Sql,
  workspaceId: number,
  partnerId: number,
): Promise<MethodRow | undefined> {
  const [row] = await sql.query<MethodRow>(find, [workspaceId, partnerId]);
  return row;
}

const ofProgram = statement(
  'billing.is_partner_of_program',
  'select exists (select from enrollments where workspace_id = $1 and program_id = $2 and partner_id = $3) as any',
);

export async function isOfProgram(
  sql: Sql,
  program: { workspaceId: number; id: number },
  partnerId: number,
): Promise<boolean> {
  const [row] = await sql.query<{ any: boolean }>(ofProgram, [program.workspaceId, program.id, partnerId]);
  return row?.any === true;
}
