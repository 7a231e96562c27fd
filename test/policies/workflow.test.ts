import { expect, test } from 'vitest';
import { strangersRepository } from '../../packages/policy-workbench/test/strangers.ts';
import { changed, type Change } from './changes.ts';
import { runWorkflow } from './workflow.ts';

const [DOC, GATE, GATE_TEST] = ['policies/my doc.yaml', 'policies/ворота.yaml', 'policies/gate_test.yaml'];

interface Row {
  change: Change;
  /** The steps that fail. */
  fails: readonly string[];
  log: readonly RegExp[];
  comment: readonly RegExp[];
}

const BRANCHES: Readonly<Record<string, Row>> = {
  'everybody reads, and gates open to whoever comes': {
    change: [
      [DOC, 'roles: [auditor]', 'roles: ["*"]'],
      [GATE, 'condition: { match: { expr: R.attr.member } }', ''],
      [GATE_TEST, '  - name: gates', '  # It is meant so.\n  - name: gates'],
    ],
    fails: ['Policy tests', 'Invariants', 'Coverage'],
    log: [
      /^::error file=policies\/my doc_test\.yaml,line=3,title=failed::same name: docs: ann read anns: expected DENY/m,
      /^::error file=policies\/gate_test\.yaml,line=4,title=failed::same name: gates: ann pass shut: expected DENY/m,
      /^::error file=policy-tests\/invariants\.yaml,line=4,title=violated::members-only /m,
      /^::warning file=policies\/[^,]+,line=\d+,title=somebody gains::/m,
    ],
    comment: [
      /^SOMETHING BECOMES ALLOWED: .*pass on gate/m,
      /^- OPENED by \S*auditors-read \(my doc\.yaml:\d+, holds now\): .+ on doc \S+ .*: read -> ALLOW$/m,
      /^- OPENED by \S*members-pass \(ворота\.yaml:7, holds now\): .+ -> ALLOW$/m,
    ],
  },
  'a kind is gone, with its test and its sentence': {
    change: [
      { gone: GATE },
      { gone: GATE_TEST },
      { file: 'policy-tests/invariants.yaml', becomes: () => 'kinds: {}\n' },
    ],
    fails: [],
    log: [/^::warning title=cannot tell::.*removed ворота\.yaml:1/m, /^::warning title=somebody loses::/m],
    comment: [/^EVERYBODY LOSES what the policies gave on gate: none is about it any more\.$/m],
  },
};

test.each(Object.entries(BRANCHES))(
  'the workflow on a branch where %s',
  async (_what, { change, fails, log, comment }) => {
    const { folder } = await strangersRepository();
    await changed(folder, change);
    const ran = await runWorkflow(folder, { BASE: 'main' });
    expect(ran).toMatchObject({ failed: fails });
    for (const it of log) expect(ran.log).toMatch(it);
    for (const it of comment) expect(ran.comment.replaceAll(/[\\`]/g, '')).toMatch(it);
    expect(ran.reports.length).toBe(4 - (fails.length > 0 ? 1 : 0));
    for (const xml of ran.reports) expect(xml).toMatch(/^<\?xml [^]*<\/testsuites>\n$/);
  },
);
