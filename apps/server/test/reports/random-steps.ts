import type { FunnelStep } from '@headwater/contract';
import { createDice, type PastEvent } from './past.ts';

const pages = ['/', '/pricing', '/pricing/team', '/docs', '/docs/start', '/sign_up', '/sign%up'];
export const countries = ['DE', 'FR', 'US', ''];

/** People who look around, click, sign up and pay; some things happen in the same millisecond. */
export function randomSteps(seed: number, start: number, minutes: number): PastEvent[] {
  const dice = createDice(seed);
  const events: PastEvent[] = [];
  const moment = () => start + dice(minutes) * 60_000;
  for (let session = 0; session < 120; session += 1) {
    const visitor = { visitor_id: `v${dice(45)}`, session_id: `s${session}` };
    const country = countries[dice(countries.length)] || undefined;
    events.push({ type: 'visit', at: moment(), country, ...visitor });
    for (let page = dice(5); page >= 0; page -= 1) {
      const at = moment();
      events.push({ type: 'pageview', at, path: pages[dice(pages.length)] as string, ...visitor });
      if (dice(3) === 0) events.push({ type: 'custom', at, name: `event ${dice(2)}`, ...visitor });
    }
    if (dice(4) === 0) {
      events.push({
        type: 'click',
        at: moment(),
        click_id: `c${session}`,
        partner_id: 1,
        country,
        ...visitor,
      });
    }
  }
  for (let customer = 1; customer <= 15; customer += 1) {
    const known = { customer_id: customer, visitor_id: `v${dice(40)}` };
    events.push({ type: 'lead', at: moment(), ...known });
    if (dice(2) === 0) events.push({ type: 'identify', at: moment(), ...known, visitor_id: `v${dice(40)}` });
    for (let payment = dice(3); payment > 0; payment -= 1) {
      const told = {
        ...{ type: 'payment' as const, customer_id: customer, payment_id: customer * 10 + payment },
        ...{ amount: 100, currency: 'USD' },
      };
      events.push({ ...told, at: moment(), ...(dice(9) === 0 ? { is_test: 1 as const } : {}) });
    }
  }
  return events;
}

interface Asked {
  from: number;
  before: number;
  steps: readonly FunnelStep[];
  windowMs: number;
}

/** How many steps each person took and the country of the first touch: every start tried, one event after another. */
export function reckonFunnel(
  all: readonly PastEvent[],
  asked: Asked,
): { reached: number; country: string }[] {
  const real = all.filter(({ is_test }) => is_test !== 1);
  const customersOf = (visitor: string | undefined) =>
    real
      .filter(
        ({ type, visitor_id }) => ['lead', 'payment', 'identify'].includes(type) && visitor_id === visitor,
      )
      .flatMap(({ customer_id }) => (customer_id ? [`customer ${customer_id}`] : []));
  const people = new Map<string, PastEvent[]>();
  for (const event of real.filter(({ at }) => at >= asked.from && at < asked.before)) {
    const linked = event.customer_id ? [`customer ${event.customer_id}`] : customersOf(event.visitor_id);
    const persons = linked.length > 0 ? new Set(linked) : [`browser ${event.visitor_id}`];
    for (const person of persons) people.set(person, [...(people.get(person) ?? []), event]);
  }
  const firstFit = (event: PastEvent) => asked.steps.findIndex((step) => fits(event, step));
  return [...people.values()].map((events) => {
    const ordered = events
      .filter((event) => firstFit(event) !== -1)
      .sort((a, b) => a.at - b.at || firstFit(a) - firstFit(b));
    const reached = ordered.map((start, index) => {
      if (!fits(start, asked.steps[0] as FunnelStep)) return 0;
      let step = 1;
      let last = start;
      for (const event of ordered.slice(index + 1)) {
        const next = asked.steps[step];
        // Two of a kind in one millisecond are one.
        const isLater = event.at > last.at || firstFit(event) > firstFit(last);
        if (next === undefined || event.at - start.at > asked.windowMs || !isLater) continue;
        if (!fits(event, next)) continue;
        step += 1;
        last = event;
      }
      return step;
    });
    const touches = events.filter(({ type }) => type === 'visit' || type === 'click');
    const first = touches.sort((a, b) => a.at - b.at)[0];
    return { reached: Math.max(0, ...reached), country: first?.country ?? '' };
  });
}

function fits(event: PastEvent, step: FunnelStep): boolean {
  if (step.type === 'pageview') {
    const parts = (step.path ?? '*').split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return event.type === 'pageview' && new RegExp(`^${parts.join('.*')}$`).test(event.path ?? '');
  }
  if (step.type === 'event') return event.type === 'custom' && event.name === step.name;
  return event.type === step.type;
}
