/** Made-up events, for looking at reports and for measuring them. */
import Type, { type Static } from 'typebox';

export const DemoRequest = Type.Object(
  {
    events: Type.Integer({
      minimum: 1000,
      maximum: 1_000_000_000,
      description: 'about as many, in all parts together',
    }),
    seed: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000_000,
        description: 'the same events for the same seed; default 1',
      }),
    ),
    part: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 364, description: 'which part of the year’s days, from 0' }),
    ),
    parts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 365,
        description: 'in how many parts they are asked for; default 1',
      }),
    ),
    partner_ids: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), {
        maxItems: 1000,
        description: 'who promotes the website',
      }),
    ),
  },
  { $id: 'DemoRequest', examples: [{ events: 1000 }] },
);

export const DemoAnswer = Type.Object({
  events: Type.Integer({ description: 'that were made; 0 where the part was there already' }),
});
export type DemoAnswer = Static<typeof DemoAnswer>;
