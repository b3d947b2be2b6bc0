import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from './main.ts';

/** A shop whose Headwater is away. With it, the shop is tested by the journey in e2e/. */
let shop: Shop;

beforeAll(async () => {
  shop = await openShop({
    // a port that is reserved, and nobody's
    headwaterUrl: 'http://127.0.0.1:9',
    programId: 1,
    programToken: 'aff_test',
    websiteId: 'web_test',
    websiteToken: 'tf_test',
    managementKey: 'affk_test',
    partners: [{ name: 'Anna', code: 'anna' }],
    port: 0,
    host: '127.0.0.1',
  });
});

afterAll(() => shop.close());

const send = (path: string, form?: Record<string, string>, cookie = '') =>
  fetch(`${shop.url.replace('localhost', '127.0.0.1')}${path}`, {
    redirect: 'manual',
    headers: { cookie },
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
  });

async function signUp(): Promise<string> {
  const reply = await send('/signup', { name: 'Mia', email: 'mia@example.com', plan: 'ranger' });
  expect(reply.status).toBe(303);
  return reply.headers.get('set-cookie')?.split(';')[0] ?? '';
}

const card = { plan: 'ranger', name: 'Mia', number: '4242424242424242', expiry: '12/99', code: '123' };

describe('the shop without Headwater', () => {
  it('sells, says that Headwater does not answer, and offers to tell it again', async () => {
    const cookie = await signUp();
    const paid = await send('/checkout', card, cookie);
    expect(paid.status).toBe(303);
    const thanks = await send(paid.headers.get('location') ?? '', undefined, cookie);
    const page = await thanks.text();
    expect(thanks.status).toBe(200);
    expect(page).toContain('Thank you, Mia');
    expect(page).toContain('Headwater does not answer at http://127.0.0.1:9.');
    expect(page).toContain('Try again');
  });

  it('shows an order to its own account only', async () => {
    const paid = await send('/checkout', card, await signUp());
    const someoneElse = await send(paid.headers.get('location') ?? '', undefined, await signUp());
    expect(someoneElse.status).toBe(404);
    expect(await someoneElse.text()).toContain('This browser has no such order.');
  });

  it('lets a visitor in anew, without touching the cookies of others on this host', async () => {
    const reply = await send('/fresh/anna', undefined, 'hw_visitor=1; affitor_click_id=2; other=3');
    expect(reply.headers.get('location')).toBe('/?aff=anna');
    expect(reply.headers.getSetCookie().map((cookie) => cookie.split('=')[0])).toEqual([
      'hw_visitor',
      'affitor_click_id',
    ]);
  });

  it('says no to what it does not have', async () => {
    expect((await send('/nowhere')).status).toBe(404);
    expect((await send('/fresh/nobody')).status).toBe(404);
    expect((await send('/signup', { name: 'x'.repeat(70_000) })).status).toBe(413);
  });
});
