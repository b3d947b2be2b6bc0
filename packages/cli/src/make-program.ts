import type { CliInitialized, CommissionTerms, ProgramRecord } from '@headwater/contract';
import { InvalidArgumentError } from 'commander';
import type { Authority } from './authority.ts';
import { exitCodes, Failure } from './failure.ts';

export const commissionKinds = ['recurring_percent', 'percent', 'recurring_fixed', 'fixed'] as const;
export type CommissionKind = (typeof commissionKinds)[number];

/** What partners earn, as `headwater init` asks for it. */
export interface Commission {
  kind: CommissionKind;
  /** Percent, or major units of USD. */
  rate: number;
  /** Of recurring kinds; 0: for ever. */
  months: number;
}

export interface NewProgram {
  name: string;
  domain: string;
  commission: Commission;
}

export interface MadeProgram {
  id: number;
  name: string;
  domain: string;
  /** aff_…, which the server shows this once. */
  token: string;
}

export const defaultCommission: Commission = { kind: 'recurring_percent', rate: 20, months: 12 };

/** Makes a program by the route that the authority opens; both make the same. */
export async function makeProgram({ kind, api }: Authority, wanted: NewProgram): Promise<MadeProgram> {
  const { name, domain, commission } = wanted;
  if (kind === 'key') {
    const body = { name, domain, commission: termsOf(commission) };
    const { data } = await api.post<{ data: ProgramRecord }>('/api/v1/programs', body);
    return { id: data.id, name: data.name, domain: data.domain, token: data.api_token ?? '' };
  }
  const { data } = await api.post<{ data: CliInitialized }>('/api/v1/cli/init', {
    ...{ name, domain, commission_type: commission.kind, commission_rate: commission.rate },
    duration_months: commission.months,
  });
  return { id: Number(data.program_id), name, domain: data.domain, token: data.api_key };
}

function termsOf({ kind, rate, months }: Commission): CommissionTerms {
  const hundredths = Math.round(rate * 100);
  const amount = kind.endsWith('percent') ? { rate_bps: hundredths } : { fixed_cents: hundredths };
  if (!kind.startsWith('recurring')) return { type: 'cps_one_time', ...amount };
  return months === 0
    ? { type: 'cps_lifetime', ...amount }
    : { type: 'cps_recurring', ...amount, duration_months: months };
}

/** e.g. `20 % of every payment for 12 months` */
export function commissionInWords({ kind, rate, months }: Commission): string {
  const amount = kind.endsWith('percent') ? `${rate} % of` : `${rate} USD for`;
  if (!kind.startsWith('recurring')) return `${amount} the first payment`;
  return months === 0 ? `${amount} every payment, for ever` : `${amount} every payment for ${months} months`;
}

/** `--rate`: above 0, of a percentage at most 100, and no finer than hundredths. */
export function readRate(text: string): number {
  const rate = Number(text.replace(/%$/, ''));
  if (!/^\d{1,9}(\.\d{1,2})?%?$/.test(text) || rate <= 0)
    throw new InvalidArgumentError('A number above 0 with at most two decimals.');
  return rate;
}

/** `--months`: 0 is for ever. */
export function readMonths(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 120)
    throw new InvalidArgumentError('A whole number to 120; 0: for ever.');
  return Number(text);
}

export function requirePossible({ kind, rate }: Commission): void {
  if (kind.endsWith('percent') && rate > 100)
    throw new Failure('--rate of a percentage is at most 100.', exitCodes.usage, 'usage');
}
