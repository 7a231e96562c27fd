import { closed } from '../closed.ts';
import { Properties } from '../properties.ts';

/** Names that a check fills in itself, so that no stored attribute may have them. */
const RESERVED = ['action', 'context'];

export const EntityBody = closed({
  attributes: Properties.refine(
    (attributes) => !RESERVED.some((name) => Object.hasOwn(attributes, name)),
    `must not hold ${RESERVED.join(' or ')}: both names are reserved`,
  )
    .refine((attributes) => !hasNul(attributes), 'must not hold the character U+0000')
    .meta({
      propertyNames: { minLength: 1, not: { enum: ['__proto__', ...RESERVED] } },
      description:
        'Not named action or context, which every check brings itself; without the character U+0000; as the schema of the kind has them, where its policies name one',
    }),
});

/** PostgreSQL's jsonb does not take it. */
function hasNul(attributes: object): boolean {
  return /\\u0000/.test(JSON.stringify(attributes).replaceAll('\\\\', ''));
}
