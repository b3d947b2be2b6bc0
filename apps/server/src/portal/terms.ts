import type { PortalTerms } from '@headwater/contract';
import { findNewcomersPolicy, findTermsOf, type Policy } from '../commissions/index.ts';
import type { Sql } from '../platform/index.ts';

/** Terms as partners are told them. */
function toTerms(policy: Policy): PortalTerms {
  return {
    type: policy.type,
    rate_bps: policy.rateBps,
    fixed_cents: policy.fixedMinor === null ? null : Number(policy.fixedMinor),
    currency: policy.currency,
    duration_months: policy.durationMonths,
    hold_period_days: policy.holdPeriodDays,
    approval: policy.approval,
  };
}

/** What a partner earns now, as far as no product has terms of its own. */
export async function termsOfPartner(
  sql: Sql,
  program: { workspaceId: number; id: number },
  partnerId: number,
  at: Date,
): Promise<PortalTerms[]> {
  const [found] = await findTermsOf(sql, {
    ...{ workspaceId: program.workspaceId, programId: program.id, partnerIds: [partnerId] },
    ...{ at, productId: null },
  });
  return found?.policy ? [toTerms(found.policy)] : [];
}

/** What somebody earns who joins now. */
export async function termsOfNewcomers(
  sql: Sql,
  program: { workspaceId: number; id: number },
  at: Date,
): Promise<PortalTerms[]> {
  const policy = await findNewcomersPolicy(sql, program, at);
  return policy === undefined ? [] : [toTerms(policy)];
}
