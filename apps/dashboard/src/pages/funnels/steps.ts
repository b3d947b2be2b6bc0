import type { FunnelStep } from '@headwater/contract';

/** What the address of a funnel tells. */
export interface FunnelSearch {
  /** `pageview:/pricing*`, `event:sign_up`, `click`, `lead`, `payment` each. */
  steps?: string[];
  by?: FunnelBy;
  /** From the first step to the last. */
  days?: number;
}

export const funnelBys = [
  'channel',
  'source',
  'campaign',
  'landing_page',
  'country',
  'device',
  'partner',
] as const;
export type FunnelBy = (typeof funnelBys)[number];

export const stepNames: Readonly<Record<FunnelStep['type'], string>> = {
  pageview: 'Views a page',
  event: 'Does an event',
  click: 'Clicks a partner’s link',
  lead: 'Signs up',
  payment: 'Pays',
};
export const stepTypes = Object.keys(stepNames) as FunnelStep['type'][];

/** What nearly everybody asks first. */
const firstSteps: readonly FunnelStep[] = [{ type: 'pageview' }, { type: 'lead' }, { type: 'payment' }];
export const mostSteps = 8;

export function readFunnelSearch(raw: Record<string, unknown>): FunnelSearch {
  const steps = (Array.isArray(raw.steps) ? raw.steps : []).filter(
    (one): one is string => typeof one === 'string' && readStep(one) !== undefined,
  );
  const by = funnelBys.find((one) => one === raw.by);
  const days = Number(raw.days);
  return {
    ...(steps.length >= 2 ? { steps: steps.slice(0, mostSteps) } : {}),
    ...(by ? { by } : {}),
    ...(Number.isInteger(days) && days >= 1 && days <= 365 ? { days } : {}),
  };
}

function readStep(text: string): FunnelStep | undefined {
  const at = text.indexOf(':');
  const [type, what] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  const known = stepTypes.find((one) => one === type);
  if (known === undefined) return undefined;
  if (known === 'pageview') return what === '' ? { type: known } : { type: known, path: what };
  return known === 'event' ? { type: known, name: what } : { type: known };
}

export function readSteps(texts: readonly string[] | undefined): readonly FunnelStep[] {
  return texts?.flatMap((text) => readStep(text) ?? []) ?? firstSteps;
}

export function writeStep({ type, path, name }: FunnelStep): string {
  const what = type === 'pageview' ? path : type === 'event' ? name : undefined;
  return what ? `${type}:${what}` : type;
}

export function stepTitle({ type, path, name }: FunnelStep): string {
  if (type === 'pageview') return path ? `Views ${path}` : 'Views any page';
  return type === 'event' ? `Does ${name}` : stepNames[type];
}

/** Whether it can be asked: an event has a name. */
export function isWhole({ type, name }: FunnelStep): boolean {
  return type !== 'event' || (name ?? '').trim() !== '';
}
