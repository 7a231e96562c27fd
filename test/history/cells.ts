import type { Properties, Question } from '../oracle/rules.ts';
import type { AccessRequest, Scope } from '../oracle/world.ts';
import type { Line } from '../oracle/written-facts.ts';
import type { Call, Change, Result } from './meaning.ts';
import type { Random } from './random.ts';

/** Somebody who does one thing after the other, for ever, and hears what came of each. */
export interface Client {
  name: string;
  calls: Generator<Call, never, Result>;
}

/** A part of the world that shares nothing with the others, and those who work on it at the same time. */
export interface Cell {
  name: string;
  /** What it begins with. */
  facts: Line[];
  clients: Client[];
  /** What tells at last how it ended. */
  questions: Question[];
}

/** What a cell is called, and who is in it: two administrators, two members, and one who has the account always. */
export class People {
  readonly bcId: string;
  readonly account: string;
  readonly adAccount: string;
  readonly pending: Pick<AccessRequest, 'bcId' | 'id' | 'token'>[] = [];

  readonly cell: string;

  constructor(cell: string) {
    this.cell = cell;
    this.bcId = `${cell}-bc`;
    this.account = `${cell}-brand`;
    this.adAccount = `${cell}-adv`;
  }

  user(name: string): string {
    return `${this.cell}-${name}`;
  }

  /** A world in which everybody may do everything, and `sam` and `kim` have not been assigned yet. */
  facts(scopes: Scope[] = ['POST']): Line[] {
    const { bcId, account, adAccount } = this;
    const roles = [
      ['adm', 'ADMIN'],
      ['second', 'ADMIN'],
      ['sam', 'STANDARD'],
      ['kim', 'STANDARD'],
      ['lee', 'STANDARD'],
    ] as const;
    return [
      { type: 'business_center', bc_id: bcId, name: bcId },
      { type: 'tiktok_account', id: account, handle: `@${account}` },
      { type: 'ad_account', advertiser_id: adAccount, name: adAccount, bc_id: bcId },
      ...roles.map(([name, role]) => this.memberLine(name, role)),
      ...['sam', 'kim', 'lee'].map((name) => this.roleLine(name, 'OPERATOR')),
      { type: 'account_grant', bc_id: bcId, tiktok_account_id: account, scopes },
      this.assignmentLine('lee', ['POST']),
    ];
  }

  memberLine(name: string, role: 'ADMIN' | 'STANDARD'): Line {
    return { type: 'member', bc_id: this.bcId, user_id: this.user(name), user_role: role };
  }

  roleLine(name: string, role: 'ADMIN' | 'ANALYST' | 'OPERATOR'): Line {
    return {
      type: 'ad_account_member',
      advertiser_id: this.adAccount,
      user_id: this.user(name),
      advertiser_role: role,
    };
  }

  linkLine(name: string, scopes: Scope[]): Line {
    return { type: 'account_link', tiktok_account_id: this.account, user_id: this.user(name), scopes };
  }

  grantLine(scopes: Scope[]): Line {
    return { type: 'account_grant', bc_id: this.bcId, tiktok_account_id: this.account, scopes };
  }

  assignmentLine(name: string, scopes: Scope[]): Line {
    const { bcId: bc_id, account: tiktok_account_id } = this;
    return { type: 'assignment', bc_id, tiktok_account_id, user_id: this.user(name), scopes };
  }

  putMember = (name: string, role: 'ADMIN' | 'STANDARD'): Call =>
    change({ do: 'put', line: this.memberLine(name, role) });
  removeMember = (name: string): Call => change({ do: 'remove member', bcId: this.bcId, user: this.user(name) });
  putRole = (name: string, role: 'ADMIN' | 'ANALYST' | 'OPERATOR'): Call =>
    change({ do: 'put', line: this.roleLine(name, role) });
  removeRole = (name: string): Call =>
    change({ do: 'remove advertiser role', advertiserId: this.adAccount, user: this.user(name) });
  putLink = (name: string, scopes: Scope[]): Call => change({ do: 'put', line: this.linkLine(name, scopes) });
  removeLink = (name: string): Call => change({ do: 'remove link', account: this.account, user: this.user(name) });
  import = (lines: Line[]): Call => change({ do: 'import', lines });
  assign = (by: string, name: string, scopes: Scope[]): Call =>
    change({ do: 'assign', ...this.#held, by: this.user(by), user: this.user(name), scopes });
  unassign = (by: string, name: string): Call =>
    change({ do: 'unassign', ...this.#held, by: this.user(by), user: this.user(name) });
  revoke = (by: string): Call => change({ do: 'revoke', ...this.#held, by: this.user(by) });
  revokeAsOwner = (): Call => change({ do: 'revoke as owner', ...this.#held, by: this.account });
  request = (by: string, scopes: Scope[]): Call =>
    change({ do: 'request', bcId: this.bcId, by: this.user(by), scopes, account: this.account });
  cancel = (about: Change['about'], by: string): Call =>
    change({ do: 'cancel', request: -1, about, by: this.user(by) });
  approve = (about: Change['about']): Call => change({ do: 'approve', request: -1, about, account: this.account });
  decline = (about: Change['about']): Call => change({ do: 'decline', request: -1, about, account: this.account });

  get #held(): { bcId: string; account: string } {
    return { bcId: this.bcId, account: this.account };
  }

  may(name: string, action: string, properties: Properties = {}): Question {
    return {
      subject: { type: 'user', id: this.user(name) },
      action: { name: action, properties },
      resource: { type: 'tiktok_account', id: this.account },
    };
  }

  createSparkAd = (name: string): Question => this.may(name, 'create_spark_ad', { advertiser_id: this.adAccount });
  readVideos = (name: string): Question => this.may(name, 'read_public_videos');
  readLive = (name: string): Question => this.may(name, 'read_live_videos');
  view = (name: string): Question => this.may(name, 'view', { bc_id: this.bcId });
  mayAsk = (name: string): Question => {
    const { subject } = this.may(name, '');
    const resource = { type: 'business_center', id: this.bcId };
    return { subject, action: { name: 'request_account_access', properties: {} }, resource };
  };

  /** Everything that the writes of a cell can change. */
  questions(): Question[] {
    return ['adm', 'second', 'sam', 'kim', 'lee'].flatMap((name) =>
      [this.createSparkAd, this.readVideos, this.readLive, this.view, this.mayAsk].map((question) => question(name)),
    );
  }

  /** Asks at random, now one question, now several at once. */
  *asker(random: Random, questions = this.questions()): Generator<Call, never, Result> {
    for (;;) {
      const count = random.oneOf([1, 1, 1, 2, 5]);
      yield { ask: Array.from({ length: count }, () => random.oneOf(questions)) };
    }
  }

  /** Asks for the account. The request is known to all from then on. */
  *ask(by: string, scopes: Scope[]): Generator<Call, void, Result> {
    const { made } = yield this.request(by, scopes);
    if (made) this.pending.push({ ...made, bcId: this.bcId });
  }
}

function change(write: Change): Call {
  return { write };
}
