import type { ReactNode } from 'react';

const tones = {
  neutral: 'bg-sunken text-ink-2',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  accent: 'bg-accent-soft text-accent',
};
export type Tone = keyof typeof tones;

export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex h-5 items-center whitespace-nowrap rounded-full px-2 font-medium text-xs ${tones[tone]}`}
    >
      {children}
    </span>
  );
}

const toneOfStatus: Readonly<Record<string, Tone>> = {
  paid: 'good',
  approved: 'good',
  invoiced: 'accent',
  pending: 'warn',
  disputed: 'bad',
  rejected: 'bad',
  reversed: 'bad',
  refunded: 'neutral',
  partially_refunded: 'warn',
  removed: 'neutral',
  open: 'accent',
  overdue: 'bad',
  carried_over: 'neutral',
  processing: 'accent',
  completed: 'good',
  failed: 'bad',
  active: 'good',
  inactive: 'neutral',
};

export const toneOf = (status: string): Tone => toneOfStatus[status] ?? 'neutral';
