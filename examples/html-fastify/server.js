// A shop in plain HTML. Browsers tell Headwater of visits; this server tells it of sign-ups, payments and refunds.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readBrowserIds } from '@headwater/sdk/server';
import { fastify } from 'fastify';
import { settings, tellOfOrder, tellOfRefund, tellOfSignUp } from './headwater.js';

const port = Number(process.env.PORT || 3001);
const price = { cents: 2900, currency: 'USD' };

/** In memory: an example forgets. */
const customers = new Map();
const orders = new Map();

const app = fastify();
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
  done(null, Object.fromEntries(new URLSearchParams(body))),
);

app.get('/', (_request, reply) => sendPage(reply, 'index'));

app.post('/sign-up', async (request, reply) => {
  const customer = { id: `user_${randomUUID()}`, email: String(request.body?.email ?? '') };
  customers.set(customer.id, customer);
  await tellOfSignUp(customer, readBrowserIds(request.headers.cookie));
  return reply
    .header('set-cookie', `larch_customer=${customer.id}; Path=/; HttpOnly; SameSite=Lax`)
    .redirect('/buy', 303);
});

app.get('/buy', (request, reply) => {
  const customer = customerOf(request);
  return customer === undefined ? reply.redirect('/') : sendPage(reply, 'buy', { email: customer.email });
});

app.post('/buy', async (request, reply) => {
  const customer = customerOf(request);
  if (customer === undefined) return reply.redirect('/', 303);
  // Here a real shop charges a card.
  const browser = readBrowserIds(request.headers.cookie);
  const order = { id: `order_${randomUUID()}`, customer, browser, ...price, status: 'paid' };
  orders.set(order.id, order);
  await tellOfOrder(order);
  return reply.redirect(`/thanks/${order.id}`, 303);
});

app.get('/thanks/:order', (request, reply) => {
  const order = ownOrder(request);
  if (order === undefined) return reply.redirect('/');
  return sendPage(reply, 'thanks', { order: order.id, status: order.status });
});

app.post('/refund/:order', async (request, reply) => {
  const order = ownOrder(request);
  if (order === undefined) return reply.redirect('/', 303);
  await tellOfRefund(order);
  order.status = 'refunded';
  return reply.redirect(`/thanks/${order.id}`, 303);
});

app.get('/style.css', async (_request, reply) =>
  reply.type('text/css').send(await readFile(new URL('style.css', import.meta.url))),
);

function customerOf(request) {
  const [, id] = /(?:^|;\s*)larch_customer=([^;]+)/.exec(request.headers.cookie ?? '') ?? [];
  return customers.get(id);
}

/** Somebody else's order is as unknown as one that never was. */
function ownOrder(request) {
  const order = orders.get(request.params.order);
  return order?.customer === customerOf(request) ? order : undefined;
}

/** A page with its `{{names}}` filled in. */
async function sendPage(reply, name, words = {}) {
  const page = await readFile(new URL(`pages/${name}.html`, import.meta.url), 'utf8');
  const filled = page.replace(/\{\{(\w+)\}\}/g, (_, word) => escapeHtml(words[word] ?? settings[word]));
  return reply.type('text/html; charset=utf-8').send(filled);
}

function escapeHtml(text) {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return String(text).replace(/[&<>"]/g, (character) => entities[character]);
}

await app.listen({ port, host: process.env.HOST || '0.0.0.0' });
console.log(`The example is ready at http://localhost:${port}`);
