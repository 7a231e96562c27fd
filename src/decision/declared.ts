import { shapeOfSchema } from '@sparkgate/cerbos-policies/strict/shape-of-schema';
import type { Shape } from '@sparkgate/cerbos-policies/strict/shape';
import type { Declares } from '../facts/kind.ts';

/** What a JSON Schema declares, by names. */
export function declaredIn(schema: string): Declares {
  const shape = shapeOfSchema(schema);
  return (...names) => names.reduce<Shape | undefined>(within, shape) !== undefined;
}

function within(shape: Shape | undefined, name: string): Shape | undefined {
  if (shape?.sort === 'list') return within(shape.of, name);
  return shape?.sort === 'record' ? shape.fields.get(name) : undefined;
}
