/** What a choice comes to: so many members get so many accounts, which makes so many assignments. */
interface Counts {
  members: number;
  accounts: number;
  assignments: number;
}

/** What is chosen in lists, and done to all of it at once. */
export const selection = {
  chosen: { members: 'Members selected', accounts: 'TikTok accounts selected' },
  select: 'Select',
  selectPage: 'Select all on this page',
  rangeHint: 'Hold Shift to select a range.',
  bar: 'Selection',
  clear: 'Clear',
  pickMembers: 'Choose members',
  pickAccounts: 'Choose TikTok accounts',
  assign: 'Assign…',
  change: 'Change level…',
  unassign: 'Unassign…',
  title: 'Assign TikTok accounts',
  lead: 'Every selected member gets every selected account, at the level that you choose.',
  membersTitle: 'Members',
  accountsTitle: 'TikTok accounts',
  nobody: 'No members selected yet.',
  noAccounts: 'No TikTok accounts selected yet.',
  addMembers: 'Add members',
  addMembersHint: 'One per line: name, email or ID.',
  addAccounts: 'Add TikTok accounts',
  addAccountsHint: 'One per line: handle, name or ID.',
  levelsHint: 'An account is assigned only as far as its owner authorized. The level replaces the current one.',
  submit: 'Assign',
  unassignAll: 'Unassign these',
  errors: {
    nobody: 'Select at least one member.',
    noAccounts: 'Select at least one TikTok account.',
    noLevel: 'Choose at least one permission level.',
    unknown: (text: string) => `Nothing here is named “${text}”.`,
    ambiguous: (text: string) => `“${text}” names more than one. Write the ID.`,
    many: (most: string) => `At most ${most} assignments can be changed at once. Select fewer.`,
    nothingHeld: 'None of these members holds any of these accounts.',
    nothingToGive: 'The owners of these accounts authorized none of the chosen levels.',
    gone: 'A selected person is no longer a member, or an authorization has changed. Nothing was changed.',
  },
  left: (_count: number, written: string) =>
    `No longer here and left out: ${written}. Someone removed them after they were selected.`,
  confirmTitle: 'Check before you assign',
  sum: ({ members, accounts, assignments }: Counts, written: (count: number) => string) =>
    [
      `${written(members)} ${members === 1 ? 'member' : 'members'} ×`,
      `${written(accounts)} ${accounts === 1 ? 'account' : 'accounts'} =`,
      `${written(assignments)} ${assignments === 1 ? 'assignment' : 'assignments'}`,
    ].join(' '),
  replacing: (count: number, written: string) =>
    count === 1
      ? '1 of them replaces what the member has now.'
      : `${written} of them replace what the members have now.`,
  given: 'Assigned as you chose',
  unassignBody: 'They lose this access at once, from the very next check. All else stays as it is.',
  unassignTitle: 'Unassign these?',
  losing: (count: number, written: string) =>
    count === 1 ? '1 assignment gets smaller' : `${written} assignments get smaller`,
  ending: (count: number, written: string) => (count === 1 ? '1 assignment ends' : `${written} assignments end`),
  narrowed: 'Assigned only in part, as the owner authorized no more',
  leftOut: 'Not assigned, as the owner authorized none of the chosen levels',
  more: (_count: number, written: string) => `and ${written} more`,
  yes: 'Assign',
  yesUnassign: 'Unassign',
  no: 'Change the selection',
  noUnassign: 'Keep access',
  changed: (count: number, written: string) =>
    count === 1 ? '1 assignment was changed.' : `${written} assignments were changed.`,
  ended: (count: number, written: string) =>
    count === 1 ? '1 assignment was ended.' : `${written} assignments were ended.`,
  nothingChanged: 'Nothing had to be changed: it was so already.',
  undo: 'Undo',
  undone: 'Undone: it is as it was before.',
  notUndone:
    'This could not be undone: more than a minute has passed, or something has changed since. Nothing was changed.',
};
