import { createDice, type PastEvent } from './past.ts';

const channels = ['direct', 'email', 'organic_search', 'paid_search', 'affiliate', 'social'];
export const dayMs = 86_400_000;

/**
 * A past with all that makes paths hard: people with several browsers, browsers of several people, landings that are told
 * twice, clicks without a session or a browser, payments told anew, refunded, in other currencies, test events.
 */
export function randomPast(seed: number, start: number, days: number): PastEvent[] {
  const dice = createDice(seed);
  const events: PastEvent[] = [];
  const moment = () => start + dice(days * 24 * 3600) * 1000 + dice(1000);
  for (let session = 0; session < 160; session += 1) {
    const channel = channels[dice(channels.length)] as string;
    const partner = channel === 'affiliate' ? 1 + dice(3) : undefined;
    const touch = {
      visitor_id: `v${dice(40)}`,
      session_id: `s${session}`,
      channel,
      source: channel === 'direct' ? undefined : `${channel}-${dice(2)}`,
      campaign: dice(3) === 0 ? `campaign-${dice(4)}` : undefined,
      partner_id: partner,
      landing_page: `https://shop.example/${channel}?utm_source=x`,
    };
    const at = moment();
    const test = dice(25) === 0 ? { is_test: 1 as const } : {};
    events.push({ type: 'visit', at, ...touch, ...test });
    if (partner !== undefined) {
      const click = { ...touch, ...test, type: 'click' as const, click_id: `c${session}` };
      events.push(
        { ...click, at: at + dice(3) * 500 },
        { ...click, at: at + 60_000, click_id: `c${session}b` },
      );
      // Another partner's link in the middle of the session, twice.
      if (dice(3) === 0) {
        const other = { ...click, partner_id: 4, source: 'affiliate-9' };
        events.push({ ...other, at: at + 90_000, click_id: `c${session}c` });
        events.push({ ...other, at: at + 95_000, click_id: `c${session}d` });
      }
    }
  }
  for (let click = 0; click < 30; click += 1) {
    const kind = dice(3);
    events.push({
      type: 'click',
      at: moment(),
      click_id: `lone${click}`,
      visitor_id: kind === 0 ? undefined : `v${dice(40)}`,
      channel: 'affiliate',
      partner_id: 1 + dice(4),
    });
  }
  for (let customer = 1; customer <= 18; customer += 1) {
    for (let link = dice(3); link >= 0; link -= 1) {
      events.push({
        type: dice(2) === 0 ? 'lead' : 'identify',
        at: moment(),
        customer_id: customer,
        visitor_id: dice(4) === 0 ? undefined : `v${dice(30)}`,
        click_id: dice(2) === 0 ? `lone${dice(30)}` : undefined,
      });
    }
  }
  for (let id = 1; id <= 90; id += 1) {
    const customer = dice(5) === 0 ? undefined : 1 + dice(18);
    const payment = {
      type: 'payment' as const,
      payment_id: id,
      customer_id: customer,
      visitor_id: customer === undefined || dice(2) === 0 ? `v${30 + dice(10)}` : undefined,
      amount: 100 + dice(50) * 333,
      currency: dice(8) === 0 ? 'EUR' : 'USD',
      ...(dice(20) === 0 ? { is_test: 1 as const } : {}),
    };
    const at = moment();
    events.push({ ...payment, at });
    if (dice(6) === 0) {
      const after = { ...payment, customer_id: 1 + dice(18), visitor_id: `v${50 + dice(5)}` };
      events.push({ ...payment, at, sign: -1, amount: -payment.amount }, { ...after, at });
    }
    if (dice(5) === 0) {
      const part = 1 + dice(payment.amount);
      events.push({ ...payment, type: 'refund', at: at + dice(20) * dayMs, amount: part });
      if (dice(3) === 0) events.push({ ...payment, type: 'refund', at: at + dayMs, amount: -part, sign: -1 });
    }
  }
  return events;
}
