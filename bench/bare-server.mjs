// What ingestion is compared with: Fastify with the same schemas that answers a constant and keeps nothing.
import { ClickAnswer, ClickRequest, CollectAnswer, CollectRequest } from '@headwater/contract';
import { fastify } from 'fastify';

// The schemas carry words of ours that Ajv does not know.
const app = fastify({ logger: false, bodyLimit: 256 * 1024, ajv: { customOptions: { strict: false } } });

const clicked = {
  success: true,
  click_id: 'clk_AAAAAQAAAAAAAAAAAAAAAAAAAAAAAA',
  partner_code: 'anna',
  cookie_window_days: 90,
};
app.post(
  '/api/v1/track/click',
  { schema: { body: ClickRequest, response: { 200: ClickAnswer } } },
  async () => clicked,
);

app.post(
  '/api/v1/collect',
  { schema: { body: CollectRequest, response: { 202: CollectAnswer } } },
  async (_request, reply) => {
    reply.status(202);
    return { accepted: 1, rejected: [] };
  },
);

await app.listen({ port: 0, host: '127.0.0.1' });
process.send({ port: app.server.address().port });
process.once('disconnect', () => process.exit(0));
