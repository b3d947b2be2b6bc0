// Renders the pages of src/, keeps customers and orders, and answers the pages' calls.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readBrowserIds } from '@headwater/sdk/server';
import express from 'express';
import { render } from './dist/server/render.js';
import { settings, tellOfOrder, tellOfRefund } from './headwater.js';

const port = Number(process.env.PORT || 3001);
const price = { cents: 1200, currency: 'USD' };

/** In memory: an example forgets. */
const customers = new Map();
const orders = new Map();

const app = express();
app.use('/assets', express.static(fileURLToPath(new URL('dist/assets', import.meta.url))));
app.use(express.json());

app.post('/api/sign-up', (request, response) => {
  const customer = { id: `user_${randomUUID()}`, email: String(request.body.email ?? '') };
  customers.set(customer.id, customer);
  response.cookie('tidebook_customer', customer.id, { httpOnly: true, sameSite: 'lax' }).json(customer);
});

app.post('/api/pay', signedIn, async (request, response) => {
  // Here a real shop charges a card.
  const order = {
    ...price,
    id: `order_${randomUUID()}`,
    customer: response.locals.customer,
    browser: readBrowserIds(request.headers.cookie),
    status: 'paid',
  };
  orders.set(order.id, order);
  await tellOfOrder(order);
  response.json({ order: order.id });
});

app.post('/api/refund', signedIn, async (request, response) => {
  const order = orders.get(request.body.order);
  if (order?.customer !== response.locals.customer) return response.status(404).json({});
  await tellOfRefund(order);
  order.status = 'refunded';
  response.json({ status: order.status });
});

app.get(['/', '/*path'], sendPage);

function signedIn(request, response, next) {
  const [, id] = /(?:^|;\s*)tidebook_customer=([^;]+)/.exec(request.headers.cookie ?? '') ?? [];
  response.locals.customer = customers.get(id);
  if (response.locals.customer === undefined) response.status(401).json({});
  else next();
}

const template = await readFile(new URL('dist/index.html', import.meta.url), 'utf8');

function sendPage(request, response) {
  // Inside of a script element nothing but `</script>` ends it.
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c');
  const page = template.replace('>"settings"<', () => `>${json}<`);
  response.send(page.replace('<!--app-->', () => render(request.path, settings)));
}

app.listen(port, process.env.HOST || '0.0.0.0', () =>
  console.log(`The example is ready at http://localhost:${port}`),
);
