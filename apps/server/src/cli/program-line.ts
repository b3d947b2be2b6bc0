import type { CliProgram } from '@headwater/contract';
import { parseCurrency, toMajor } from '../money/index.ts';
import type { ProgramLine } from './queries.ts';

export function toCliProgram(line: ProgramLine): CliProgram {
  const { id, name, domain, status, partners } = line;
  return {
    ...{ id, name, domain, status },
    commission: commissionInWords(line),
    partners,
    created_at: line.createdAt.toISOString(),
  };
}

/** e.g. `20% for 12 months`, `10 USD per first payment`, `none` */
function commissionInWords({
  type,
  rateBps,
  fixedMinor,
  durationMonths,
  currency,
}: Pick<ProgramLine, 'type' | 'rateBps' | 'fixedMinor' | 'durationMonths' | 'currency'>): string {
  if (type === null) return 'none';
  const code = parseCurrency(currency);
  const amount =
    rateBps !== null
      ? `${rateBps / 100}%`
      : `${code === undefined ? fixedMinor : toMajor(fixedMinor ?? 0n, code)} ${currency}`;
  switch (type) {
    case 'cps_one_time':
      return `${amount} of the first payment`;
    case 'cps_recurring':
      return `${amount} for ${durationMonths} months`;
    case 'cps_lifetime':
      return `${amount} for ever`;
    default:
      return `${amount} per ${type === 'cpc' ? 'click' : 'lead'}`;
  }
}
