import { readFile } from 'node:fs/promises';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { PolicyError } from '@sparkgate/cerbos-policies/policy-error';
import { expand, expression, UnreadableExpression } from '@sparkgate/cerbos-policies/expressions';

const Plain = z.union([z.string(), z.boolean(), z.null()]);

/** One fact of a situation changed: two situations that differ in it alone are compared. */
const Change = z.strictObject({
  /** `advertiser_role` for a plain fact, `paths` for a whole path, `paths[].granted` for a fact of each path. */
  at: z.string().regex(/^\w+(?:\[\]\.\w+)?$/, 'is a field such as advertiser_role, paths or paths[].granted'),
  /** Adds any one value: a scope to a set, a path to the paths. */
  add: z.literal('any').optional(),
  /** The value before, if not any. */
  from: Plain.optional(),
  /** The value after, if not any other. */
  to: Plain.optional(),
});
export type Change = z.infer<typeof Change>;

const Sentence = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]+$/, 'is made of a-z, 0-9 and -'),
    /** The rules of the domain that it comes from, such as R8. */
    rules: z.array(z.string().min(1)).min(1),
    says: z.string().min(1),
    /** The actions that it is about; `"*"` are all, and any that no rule names. */
    actions: z.union([z.literal('*'), z.array(z.string().min(1)).min(1)]).default('*'),
    /** Actions that `"*"` leaves out. */
    except: z.array(z.string().min(1)).default([]),
    /** Holds wherever an action is allowed. */
    allowed_only_if: z.string().optional(),
    /** Wherever it holds, each action is allowed. */
    allowed_whenever: z.string().optional(),
    /** Holds everywhere; `allowed.<action>` are the decisions. */
    holds: z.string().optional(),
    change: Change.optional(),
    /** What the change never does to an action: `losing` it, `gaining` it, or either (`changing`). */
    never: z.enum(['losing', 'gaining', 'changing']).optional(),
  })
  .refine(
    (it) =>
      [it.allowed_only_if, it.allowed_whenever, it.holds, it.change].filter((one) => one !== undefined).length === 1,
    {
      message: 'says exactly one of allowed_only_if, allowed_whenever, holds, change',
    },
  )
  .refine((it) => (it.change === undefined) === (it.never === undefined), 'change and never belong together');

const File = z.strictObject({
  kinds: z.record(
    z.string(),
    z.strictObject({
      /** Expressions by name, for the sentences below as V.name. */
      variables: z.record(z.string(), z.string()).default({}),
      sentences: z.array(Sentence).min(1),
    }),
  ),
});

/** A sentence that must hold in every situation of a kind, its variables filled in. */
export type Invariant = z.infer<typeof Sentence> & {
  kind: string;
  /** File and line. */
  place: string;
};

/** Reads the invariants of a file. @throws PolicyError that names file, line and what is at fault */
export async function readInvariants(path: string): Promise<Invariant[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new PolicyError(`The invariants ${path} cannot be read.`, { cause });
  });
  const { content, placeOf } = fromYaml(path, text);
  const parsed = File.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PolicyError(`${placeOf(issue?.path ?? [])}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  const invariants = Object.entries(parsed.data.kinds).flatMap(([kind, { variables, sentences }]) =>
    sentences.map((it, index) =>
      filled({ ...it, kind, place: placeOf(['kinds', kind, 'sentences', index]) }, variables),
    ),
  );
  const twice = invariants.find((it, index) => invariants.findIndex(({ id }) => id === it.id) !== index);
  if (twice) throw new PolicyError(`${twice.place}: two sentences are called ${twice.id}.`);
  return invariants;
}

/** Fills in the variables of a sentence. */
function filled(it: Invariant, variables: Readonly<Record<string, string>>): Invariant {
  const names = new Map(Object.entries(variables).map(([name, value]) => [`V.${name}`, value]));
  const fill = (text: string): string => expression(expand(text, names)).text;
  try {
    return {
      ...it,
      ...(it.allowed_only_if !== undefined && { allowed_only_if: fill(it.allowed_only_if) }),
      ...(it.allowed_whenever !== undefined && { allowed_whenever: fill(it.allowed_whenever) }),
      ...(it.holds !== undefined && { holds: fill(it.holds) }),
    };
  } catch (error) {
    if (!(error instanceof UnreadableExpression)) throw error;
    throw new PolicyError(`${it.place}: ${it.id}: ${error.message}`, { cause: error });
  }
}

/** What a file says, and where it says it. */
function fromYaml(path: string, text: string) {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error) throw new PolicyError(`${path}:${error.linePos?.[0].line ?? 1}: ${error.message}`, { cause: error });
  const placeOf = (at: readonly PropertyKey[]): string => {
    for (let length = at.length; length > 0; length -= 1) {
      const node = document.getIn(at.slice(0, length), true);
      if (isNode(node) && node.range) return `${path}:${lines.linePos(node.range[0]).line}`;
    }
    return `${path}:1`;
  };
  try {
    return { content: document.toJS() as unknown, placeOf };
  } catch (cause) {
    throw new PolicyError(`${path}: ${cause instanceof Error ? cause.message : 'no YAML'}`, { cause });
  }
}
