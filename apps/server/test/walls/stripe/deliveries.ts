import { randomBytes } from 'node:crypto';
import { signatureHeader } from '@headwater/stripe-double';
import { expect } from 'vitest';
import type { Reply, TestServer } from '../../test-server.ts';

/** An event that moves no money, with everything the inbox asks of one. */
export function plainEvent(more: Record<string, unknown> = {}) {
  return {
    id: `evt_${randomBytes(8).toString('hex')}`,
    object: 'event',
    api_version: '2026-03-25.dahlia',
    created: 1_780_000_000,
    data: { object: { id: 'prod_1', object: 'product' } as Record<string, unknown> },
    livemode: true,
    type: 'product.created',
    ...more,
  };
}

/** Adds a signing secret to a program. */
export async function addSecret(
  server: TestServer,
  programId: number,
  secret = `whsec_${randomBytes(16).toString('hex')}`,
  key = server.key,
): Promise<{ id: number; secret: string }> {
  const reply = await server.post(
    `/api/v1/programs/${programId}/stripe/endpoints`,
    { webhook_secret: secret },
    key,
  );
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return { id: reply.body.data.id, secret };
}

/** Delivers an event as Stripe does; the clock of the server signs. */
export function deliver(
  server: TestServer,
  path: string | number,
  event: unknown,
  secret: string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const payload = typeof event === 'string' ? event : JSON.stringify(event);
  return server.call('POST', typeof path === 'number' ? `/webhooks/stripe/${path}` : path, payload, {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'stripe-signature': signatureHeader(payload, secret, server.clock.now()),
      ...headers,
    },
  });
}

/** What the inbox says of a program's events, oldest first. */
export async function eventsOf(
  server: TestServer,
  programId: number,
  query = '',
  // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests look into
): Promise<any[]> {
  const reply = await server.get(`/api/v1/programs/${programId}/stripe/events?limit=200${query}`, server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data.reverse();
}
