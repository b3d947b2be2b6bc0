import { axisMoney, percent, shortCount, shortMoney } from '../../shell/format.ts';

/** What the overview is about; the conversion is customers to visitors. */
export const figures = ['net_revenue_cents', 'visitors', 'conversion_rate', 'commissions_cents'] as const;
export type Figure = (typeof figures)[number];

export const figureNames: Readonly<Record<Figure, string>> = {
  net_revenue_cents: 'Revenue',
  visitors: 'Visitors',
  conversion_rate: 'Conversion',
  commissions_cents: 'Commissions',
};

export function formatOf(figure: Figure, currency: string): (value: number) => string {
  if (figure === 'visitors') return shortCount;
  if (figure === 'conversion_rate') return (value) => percent(value / 100, 2);
  return (value) => shortMoney(value, currency);
}

export function axisOf(figure: Figure, currency: string): (value: number) => string {
  if (figure === 'visitors' || figure === 'conversion_rate') return formatOf(figure, currency);
  return (value) => axisMoney(value, currency);
}
