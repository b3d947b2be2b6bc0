/** Fraud signals: what looks wrong about a commission, with its evidence. */
import Type, { type Static } from 'typebox';
import { iso, requiredText } from './fields.ts';
import { CommissionItem } from './lists.ts';
import { ListQuery } from './setup.ts';

export const fraudRules = [
  'self_referral',
  'same_address',
  'click_flood',
  'impossible_speed',
  'shared_device',
  'refund_rate',
  'late_click',
] as const;
export type FraudRule = (typeof fraudRules)[number];

export const fraudActions = ['off', 'note', 'hold'] as const;
export type FraudAction = (typeof fraudActions)[number];

export const signalStatuses = ['open', 'dismissed'] as const;

export const SignalQuery = Type.Object({
  ...ListQuery.properties,
  status: Type.Optional(Type.Enum([...signalStatuses])),
  rule: Type.Optional(Type.Enum([...fraudRules])),
  partner_id: Type.Optional(Type.Integer()),
  commission_id: Type.Optional(Type.Integer()),
});

export const SignalItem = Type.Object({
  id: Type.Integer(),
  commission_id: Type.Integer(),
  commission: CommissionItem,
  partner_id: Type.Integer(),
  rule: Type.Enum([...fraudRules]),
  reason: Type.String({ description: 'in words' }),
  evidence: Type.Record(Type.String(), Type.Unknown(), { description: 'the figures behind the words' }),
  action: Type.Enum(['note', 'hold'], {
    description: 'hold: the commission waits as long as the signal is open',
  }),
  status: Type.Enum([...signalStatuses]),
  found_at: iso,
  dismissal: Type.Union([Type.Object({ reason: Type.String(), by: Type.String(), at: iso }), Type.Null()]),
});
export type SignalItem = Static<typeof SignalItem>;

export const DismissRequest = Type.Object(
  { reason: requiredText({ 'x-message': 'reason is required', description: 'kept for ever' }) },
  { $id: 'DismissRequest', examples: [{ reason: 'A known agency: many sign up from one office' }] },
);

const action = Type.Enum([...fraudActions], {
  description: 'off: do not look; note: tell; hold: tell, and keep the commission until a person has looked',
});

export const FraudRules = Type.Object({
  self_referral: action,
  same_address: action,
  click_flood: action,
  impossible_speed: action,
  shared_device: action,
  refund_rate: action,
  late_click: action,
});
export type FraudRules = Static<typeof FraudRules>;

export const UpdateFraudRulesRequest = Type.Object(
  {
    self_referral: Type.Optional(action),
    same_address: Type.Optional(action),
    click_flood: Type.Optional(action),
    impossible_speed: Type.Optional(action),
    shared_device: Type.Optional(action),
    refund_rate: Type.Optional(action),
    late_click: Type.Optional(action),
  },
  { $id: 'UpdateFraudRulesRequest', examples: [{ click_flood: 'hold' }] },
);
export type UpdateFraudRulesRequest = Static<typeof UpdateFraudRulesRequest>;

export const ScanAnswer = Type.Object({
  found: Type.Integer({ description: 'new signals' }),
  held: Type.Integer({ description: 'commissions that wait (longer) for a person' }),
});
