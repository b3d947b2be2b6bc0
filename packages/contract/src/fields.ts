/**
 * The kinds of fields that requests are made of. Besides JSON Schema each carries, under `x-` keywords, how
 * Headwater reads it: the text of its refusal, or that it is descriptive and never refused (contract §1).
 */
import Type from 'typebox';

/** Everything but U+0000, which PostgreSQL cannot hold. */
export const noNul = '^[^\\u0000]*$';
export const notBlank = '^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$';

type Wording = {
  /** What it is, for the reference. */
  description?: string;
  /** The refusal for a missing or wrong value, where it is not `<field> is invalid`. */
  'x-message'?: string;
};

export const requiredText = (wording: Wording = {}, maxLength = 255) =>
  Type.String({ maxLength, pattern: notBlank, ...wording });

export const text = (wording: Wording = {}, maxLength = 255) =>
  Type.Optional(Type.String({ maxLength, pattern: noNul, ...wording }));

/** A descriptive field: a wrong type counts as absent, a text that is too long is cut. */
export const descriptive = (description: string, maxLength = 255) =>
  Type.Optional(Type.String({ maxLength, description, 'x-lenient': true }));

/** An id that may come as text or as a whole number. */
export const textOrInteger = (wording: Wording = {}) =>
  Type.Optional(Type.Union([Type.String({ maxLength: 255, pattern: noNul }), Type.Integer()], wording));

export const maxAmountMinor = 1_000_000_000_000;

export const amountCents = (wording: Wording = {}) =>
  Type.Integer({ minimum: 1, maximum: maxAmountMinor, ...wording });

export const instant = (wording: Wording = {}) =>
  Type.Optional(Type.String({ maxLength: 64, format: 'date-time', ...wording }));

export const additionalData = Type.Optional(
  Type.Object(
    {
      test_mode: Type.Optional(
        Type.Union([Type.Boolean(), Type.Null()], { description: 'true: a test event, see §4' }),
      ),
    },
    {
      additionalProperties: true,
      description: 'anything, at most 16 KB',
      'x-message': 'additional_data is invalid',
    },
  ),
);

export const iso = Type.String({ format: 'date-time' });
