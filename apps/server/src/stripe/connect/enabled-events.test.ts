import { readFile } from 'node:fs/promises';
import Stripe from 'stripe';
import { expect, it } from 'vitest';
import { isReadType } from '../read/read-event.ts';
import { enabledEvents, pinnedApiVersion } from './enabled-events.ts';

it('docs/stripe-setup.md lists exactly the events that our endpoints ask for', async () => {
  const doc = await readFile(new URL('../../../../../docs/stripe-setup.md', import.meta.url), 'utf8');
  const section = doc.split('## The events')[1]?.split('`invoice.payment_succeeded` does')[0] ?? '';
  expect([...section.matchAll(/`([a-z_.]+)`/g)].map(([, type]) => type)).toEqual([...enabledEvents]);
});

it('every event that is asked for is read, and nothing is asked for twice', () => {
  expect(enabledEvents.filter((type) => !isReadType(type))).toEqual([]);
  expect(new Set(enabledEvents).size).toBe(enabledEvents.length);
});

it('the pinned version is the one whose types the SDK brings', () => {
  expect(pinnedApiVersion).toBe(Stripe.API_VERSION);
});
