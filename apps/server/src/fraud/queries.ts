import type { FraudRule } from '@headwater/contract';
import { type Sql, statement, type Transaction } from '../platform/index.ts';

const rulesOf = statement(
  'fraud.list_rules',
  'select rule, action from fraud_rules where workspace_id = $1 and program_id = $2',
);

export function listRuleRows(
  sql: Sql,
  program: { workspaceId: number; id: number },
): Promise<{ rule: string; action: string }[]> {
  return sql.query(rulesOf, [program.workspaceId, program.id]);
}

const saveRule = statement(
  'fraud.save_rule',
  `insert into fraud_rules (workspace_id, program_id, rule, action) values ($1, $2, $3, $4)
   on conflict (workspace_id, program_id, rule) do update set action = excluded.action`,
);

export async function saveRuleRow(
  trx: Transaction,
  program: { workspaceId: number; id: number },
  rule: FraudRule,
  action: string,
): Promise<void> {
  await trx.query(saveRule, [program.workspaceId, program.id, rule, action]);
}

const programsToScan = statement(
  'fraud.programs_to_scan',
  `select p.workspace_id as "workspaceId", p.id from programs p
   where exists (select from commissions c
     where c.workspace_id = p.workspace_id and c.program_id = p.id and c.created_at >= $1)
   order by p.id`,
);

/** Programs with commissions since then. */
export function listProgramsToScan(sql: Sql, since: Date): Promise<{ workspaceId: number; id: number }[]> {
  return sql.query(programsToScan, [since]);
}

const insertSignals = statement(
  'fraud.insert_signals',
  `insert into fraud_signals
     (workspace_id, program_id, commission_id, rule, reason, evidence, action, found_at)
   select $1, $2, found.id, $3, found.reason, found.evidence::jsonb, $7, $8
   from unnest($4::bigint[], $5::text[], $6::text[]) as found(id, reason, evidence)
   on conflict (workspace_id, commission_id, rule) do nothing
   returning commission_id as "commissionId"`,
);

export interface Finding {
  commissionId: bigint;
  reason: string;
  evidence: Record<string, unknown>;
}

/** Those that are news. */
export function saveSignals(
  sql: Sql,
  program: { workspaceId: number; id: number },
  rule: FraudRule,
  action: string,
  findings: readonly Finding[],
  at: Date,
): Promise<{ commissionId: bigint }[]> {
  return sql.query(insertSignals, [
    program.workspaceId,
    program.id,
    rule,
    findings.map(({ commissionId }) => commissionId),
    findings.map(({ reason }) => reason),
    findings.map(({ evidence }) => JSON.stringify(evidence)),
    action,
    at,
  ]);
}

const toHold = statement(
  'fraud.commissions_to_hold',
  `select c.id as "commissionId", string_agg(distinct s.rule, ', ' order by s.rule) as rules
   from fraud_signals s
   join commissions c on c.workspace_id = s.workspace_id and c.id = s.commission_id
   join commission_standings k on k.workspace_id = c.workspace_id and k.id = c.id
   where s.workspace_id = $1 and s.program_id = $2 and s.action = 'hold' and s.dismissed_at is null
     and k.status = 'pending' and c.hold_until < $4 and (c.hold_until < $3 or not exists (
       select from commission_reviews r
       where r.workspace_id = c.workspace_id and r.commission_id = c.id and r.reviewed_by = $5))
   group by c.id order by c.id limit 500`,
);

/** Pending commissions with an open signal that holds, which was not yet put into effect or ends soon. */
export function listToHold(
  sql: Sql,
  program: { workspaceId: number; id: number },
  hold: { endingBefore: Date; until: Date; by: string },
): Promise<{ commissionId: bigint; rules: string }[]> {
  return sql.query(toHold, [program.workspaceId, program.id, hold.endingBefore, hold.until, hold.by]);
}

export interface SignalRow {
  id: bigint;
  programId: number;
  commissionId: bigint;
  partnerId: number;
  rule: FraudRule;
  reason: string;
  evidence: Record<string, unknown>;
  action: 'note' | 'hold';
  foundAt: Date;
  dismissedAt: Date | null;
  dismissedBy: string | null;
  dismissalReason: string | null;
}

const signalColumns = `
  s.id, s.program_id as "programId", s.commission_id as "commissionId", c.partner_id as "partnerId", s.rule, s.reason,
  s.evidence, s.action, s.found_at as "foundAt", s.dismissed_at as "dismissedAt", s.dismissed_by as "dismissedBy",
  s.dismissal_reason as "dismissalReason"
  from fraud_signals s join commissions c on c.workspace_id = s.workspace_id and c.id = s.commission_id`;

const list = statement(
  'fraud.list_signals',
  `select ${signalColumns}
   where s.workspace_id = $1 and s.program_id = $2 and ($3::bigint is null or s.id < $3)
     and ($4::text is null or (s.dismissed_at is null) = ($4 = 'open')) and ($5::text is null or s.rule = $5)
     and ($6::integer is null or c.partner_id = $6) and ($7::bigint is null or s.commission_id = $7)
   order by s.id desc limit $8`,
);

export function listSignalRows(
  sql: Sql,
  program: { workspaceId: number; id: number },
  filter: {
    before: bigint | null;
    status: string | null;
    rule: string | null;
    partnerId: number | null;
    commissionId: number | null;
    limit: number;
  },
): Promise<SignalRow[]> {
  const { before, status, rule, partnerId, commissionId, limit } = filter;
  return sql.query(list, [
    ...[program.workspaceId, program.id, before, status, rule, partnerId, commissionId, limit],
  ]);
}

const find = statement(
  'fraud.find_signal',
  `select ${signalColumns} where s.workspace_id = $1 and s.id = $2`,
);

export async function findSignal(sql: Sql, workspaceId: number, id: bigint): Promise<SignalRow | undefined> {
  const [row] = await sql.query<SignalRow>(find, [workspaceId, id]);
  return row;
}

const dismiss = statement(
  'fraud.dismiss_signal',
  `update fraud_signals set dismissed_at = $3, dismissed_by = $4, dismissal_reason = $5
   where workspace_id = $1 and id = $2 and dismissed_at is null returning id`,
);

/** Whether it was open. */
export async function dismissSignalRow(
  trx: Transaction,
  signal: { workspaceId: number; id: bigint; at: Date; by: string; reason: string },
): Promise<boolean> {
  const rows = await trx.query(dismiss, [
    ...[signal.workspaceId, signal.id, signal.at, signal.by, signal.reason],
  ]);
  return rows.length > 0;
}
