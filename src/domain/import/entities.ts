import type { Context } from '../context.ts';
import { requireFit } from '../entities/require-fit.ts';
import { SparkgateError } from '../errors.ts';
import type { Tx } from '../transact.ts';
import { badLine, type NumberedFact } from './read-lines.ts';
import { recordAll } from './trail.ts';

/** Passes facts on; the attributes of an entity have to fit the schema of its kind. */
export async function* fitting(ctx: Context, facts: AsyncIterable<NumberedFact>): AsyncGenerator<NumberedFact> {
  for await (const numbered of facts) {
    const { line, fact } = numbered;
    if (fact.type === 'entity') {
      await requireFit(ctx, fact.entity_type, fact.attributes).catch((error: unknown) => {
        if (!(error instanceof SparkgateError)) throw error;
        const [first] = error.errors ?? [];
        throw badLine(line, first ? `${first.pointer.slice(1)}: ${first.message}` : error.message);
      });
    }
    yield numbered;
  }
}

/**
 * Brings in entities, each as its last line says. What somebody else has changed since it was compared is left alone, and
 * leaves the plan.
 * @returns how many change
 */
export async function bringEntities(tx: Tx): Promise<number> {
  await tx.query(
    `create temporary table compared_entity on commit drop as
     with latest as (
       select distinct on (fact->>'entity_type', fact->>'id') fact->>'entity_type' as entity_type, fact->>'id' as id,
              line, fact->'attributes' as attributes
         from staged where type = 'entity' order by fact->>'entity_type', fact->>'id', line desc)
     select l.*, e.attributes as held, e.version
       from latest l left join entity e on e.type = l.entity_type and e.id = l.id`,
    [],
  );
  await tx.query(
    `create temporary table planned_entity on commit drop as
     select * from compared_entity where held is null or held <> attributes`,
    [],
  );
  const [counted] = await tx.query<{ changed: number }>('select count(*)::int as changed from planned_entity', []);
  if (!counted || counted.changed === 0) return 0;
  const [written] = await tx.query<{ count: number }>(
    `with written as (
       insert into entity as t (type, id, attributes) select entity_type, id, attributes from planned_entity
       on conflict (type, id) do update set attributes = excluded.attributes
        where t.version = (select p.version from planned_entity p where p.entity_type = t.type and p.id = t.id)
       returning t.type, t.id),
     overtaken as (
       delete from planned_entity p where not exists (select from written w where w.type = p.entity_type and w.id = p.id))
     select count(*)::int as count from written`,
    [],
  );
  await recordAll(tx, {
    event: 'entity.put',
    subject: { type: { column: 'p.entity_type' }, id: 'p.id' },
    bcId: 'null',
    before: `case when p.held is not null then jsonb_build_object('attributes', p.held) end`,
    after: `jsonb_build_object('attributes', p.attributes)`,
    from: 'planned_entity p',
  });
  return written?.count ?? 0;
}
