/**
 * The catalogue of metrics: what a report may count, as expressions over ClickHouse's `events`. Amounts are of one
 * currency, the parameter `currency`. A payment that was told anew stands there three times, once with sign -1: sums
 * are right whenever any of them arrives.
 */
export const metrics = {
  visitors: "uniqExactIf(visitor_id, type = 'visit')",
  visits: "countIf(type = 'visit')",
  payments: "sumIf(sign, type = 'payment' and currency = {currency:String})",
  revenue_cents: "sumIf(amount, type = 'payment' and currency = {currency:String})",
  refunded_cents: "sumIf(amount, type = 'refund' and currency = {currency:String})",
  commission_cents: 'sumIf(commission, currency = {currency:String})',
} as const;

export type Metric = keyof typeof metrics;
