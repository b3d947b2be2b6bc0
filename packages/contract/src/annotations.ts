/** What happened, in a few words: marks on the charts of a website or program. */
import Type, { type Static } from 'typebox';
import { iso, requiredText } from './fields.ts';

export const annotationKinds = ['deploy', 'campaign', 'other'] as const;
export type AnnotationKind = (typeof annotationKinds)[number];

const subject = {
  program_id: Type.Optional(Type.Integer({ minimum: 1, description: 'this or website_id' })),
  website_id: Type.Optional(Type.String({ maxLength: 255, description: 'this or program_id' })),
};

export const AddAnnotationRequest = Type.Object(
  {
    ...subject,
    kind: Type.Enum([...annotationKinds]),
    text: requiredText({ description: 'what happened, in a few words' }, 200),
    at: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'day (in the website’s time zone; a program’s is UTC) or instant; default now',
      }),
    ),
  },
  {
    $id: 'AddAnnotationRequest',
    examples: [{ program_id: 42, kind: 'campaign', text: 'Spring campaign', at: '2026-03-02' }],
  },
);
export type AddAnnotationRequest = Static<typeof AddAnnotationRequest>;

export const AnnotationsQuery = Type.Object({
  program_id: Type.Optional(Type.String({ description: 'this or website_id' })),
  website_id: Type.Optional(Type.String({ description: 'this or program_id' })),
  from: Type.Optional(
    Type.String({ description: 'day (in the website’s time zone) or instant; default 29 days ago' }),
  ),
  to: Type.Optional(Type.String({ description: 'day or instant, inclusive; default today' })),
});

export const AnnotationItem = Type.Object({
  id: Type.Integer(),
  program_id: Type.Union([Type.Integer(), Type.Null()]),
  website_id: Type.Union([Type.String(), Type.Null()]),
  kind: Type.Enum([...annotationKinds]),
  text: Type.String(),
  at: iso,
  day: Type.String({ description: 'the same as a day of the website or program that was asked about' }),
  created_at: iso,
});
export type AnnotationItem = Static<typeof AnnotationItem>;
