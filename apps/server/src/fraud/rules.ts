import { type FraudAction, type FraudRule, type FraudRules, fraudRules } from '@headwater/contract';
import type { Sql } from '../platform/index.ts';
import * as queries from './queries.ts';

/** What a rule does where a program says nothing: only what is nearly certain keeps money waiting. */
const defaultActions: FraudRules = {
  self_referral: 'hold',
  same_address: 'note',
  click_flood: 'note',
  impossible_speed: 'hold',
  shared_device: 'note',
  refund_rate: 'note',
  late_click: 'note',
};

/** Where the rules begin to speak (docs/fraud.md says the same). */
export const limits = {
  /** Clicks of one link within ten minutes around the credited one. */
  floodClicks: 100,
  /** From the click to the sign-up, or without one to the payment: no person is faster. */
  fastestSeconds: 3,
  /** Customers of one partner seen in one browser. */
  customersOfDevice: 4,
  /** Payments of a partner in the period before its refunds are compared. */
  refundPayments: 10,
  /** At least this part of them went back, and three times the program's part. */
  refundPercent: 20,
  /** A click this short before the payment of somebody who was there before it. */
  lateSeconds: 120,
} as const;

export async function loadActions(
  sql: Sql,
  program: { workspaceId: number; id: number },
): Promise<FraudRules> {
  const rows = await queries.listRuleRows(sql, program);
  const actions = { ...defaultActions };
  for (const { rule, action } of rows) if (isRule(rule)) actions[rule] = action as FraudAction;
  return actions;
}

function isRule(word: string): word is FraudRule {
  return (fraudRules as readonly string[]).includes(word);
}
