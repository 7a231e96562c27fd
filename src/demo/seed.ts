import { AuditEntry } from '../domain/audit/entity.ts';
import type { Context } from '../domain/context.ts';
import { putEntity } from '../domain/entities/put-entity.ts';
import { importFacts } from '../domain/import/import-facts.ts';
import { transact } from '../domain/transact.ts';
import { DEMO_FACTS, DEMO_REVIEWER } from './world.ts';

/** The step of the audit trail that tells of the demo. No call from outside makes one, and none can be taken away. */
const SEEDED = 'demo.seeded';

/** Puts the demo's facts into an empty database; the audit trail tells of it last, so that half a demo is none. */
export async function seedDemo(operator: Context): Promise<void> {
  await importFacts(operator, lines(DEMO_FACTS));
  const { id, attributes } = DEMO_REVIEWER;
  await putEntity(operator, 'user', id, { attributes });
  await transact(operator, {}, async () => ({
    result: null,
    audit: [{ event: SEEDED, subject: { type: 'demo', id: 'cast' } }],
  }));
}

/** Whether {@link seedDemo} was here; facts of somebody's own that look like the demo's do not make it one. */
export async function isDemo({ orm }: Pick<Context, 'orm'>): Promise<boolean> {
  return (await orm.em.fork().count(AuditEntry, { event: SEEDED, subjectType: 'demo', subjectId: 'cast' })) > 0;
}

async function* lines(facts: readonly object[]): AsyncGenerator<Uint8Array> {
  for (const fact of facts) yield Buffer.from(`${JSON.stringify(fact)}\n`);
}
