import { type Sql, statement } from '../platform/index.ts';

export interface Count {
  workspaceId: number;
  what: 'clicks' | 'payments' | 'revenue' | 'refunded' | 'repeated events';
  currency: string;
  amount: bigint;
}

const count = statement(
  'reports.count_in_postgres',
  `select workspace_id as "workspaceId", 'clicks' as what, '' as currency, count(*)::bigint as amount
   from clicks where not is_test and clicked_at >= $1 and clicked_at < $2 group by workspace_id
   union all
   select workspace_id, 'payments', '', count(*)::bigint
   from payments where not is_test and occurred_at >= $1 and occurred_at < $2 group by workspace_id
   union all
   select workspace_id, 'revenue', currency, sum(amount_minor)::bigint
   from payments where not is_test and occurred_at >= $1 and occurred_at < $2 group by workspace_id, currency
   union all
   select workspace_id, 'refunded', currency, sum(amount_minor)::bigint
   from refunds where not is_test and undone_at is null and occurred_at >= $1 and occurred_at < $2 group by workspace_id, currency`,
);

/** What PostgreSQL holds of a period, by workspace. */
export function countInPostgres(sql: Sql, from: Date, before: Date): Promise<Count[]> {
  return sql.query(count, [from, before]);
}
