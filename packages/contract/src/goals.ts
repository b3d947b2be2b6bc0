/** Goals of a website: a page or an event that visitors should reach. */
import Type, { type Static } from 'typebox';
import { iso, maxAmountMinor, requiredText, text } from './fields.ts';

const fields = {
  path: text({ description: 'the path of a page, `*` for any text: `/thanks*`. This or event' }),
  event: text({ description: 'the name of a custom event. This or path' }, 100),
  property: text({ description: 'that the event must carry' }, 100),
  property_value: text({ description: 'and what it must be; default anything' }),
  value_cents: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: maxAmountMinor,
      description: 'what reaching it is worth, in the website’s currency',
    }),
  ),
};

export const AddGoalRequest = Type.Object(
  {
    website_id: requiredText({ 'x-message': 'website_id is required' }),
    name: requiredText({}, 100),
    ...fields,
  },
  {
    $id: 'AddGoalRequest',
    examples: [{ website_id: 'web_5kq9T2vYb1', name: 'Thanked', path: '/thanks*', value_cents: 500 }],
  },
);
export type AddGoalRequest = Static<typeof AddGoalRequest>;

export const UpdateGoalRequest = Type.Object(
  { name: Type.Optional(requiredText({}, 100)), ...fields },
  { $id: 'UpdateGoalRequest', examples: [{ event: 'sign_up', property: 'plan', property_value: 'pro' }] },
);
export type UpdateGoalRequest = Static<typeof UpdateGoalRequest>;

export const GoalsQuery = Type.Object({ website_id: Type.String() });

const nullable = (description?: string) =>
  Type.Union([Type.String(), Type.Null()], description === undefined ? {} : { description });

export const GoalItem = Type.Object({
  id: Type.Integer(),
  website_id: Type.String(),
  name: Type.String(),
  path: nullable(),
  event: nullable(),
  property: nullable(),
  property_value: nullable(),
  value_cents: Type.Union([Type.Integer(), Type.Null()]),
  created_at: iso,
});
export type GoalItem = Static<typeof GoalItem>;
