/** What more than one page says. */
export const common = {
  product: 'Sparkgate',
  skip: 'Skip to content',
  navigation: 'Pages',
  breadcrumb: 'Where you are',
  signedInAs: 'Signed in as',
  demoSignIn: 'Demo sign-in',
  signOut: 'Sign out',
  footer: 'Who may use which TikTok account for Spark Ads.',
  scopes: {
    POST: {
      name: 'Use existing posts for ads',
      permissions: [
        'Access profile information',
        'Use ad-enabled posts in ads (ad authorization is switched on in TikTok)',
        'Access public videos',
      ],
    },
    LIVE: {
      name: 'Use live videos for ads',
      permissions: ['Access profile information', 'Access live videos'],
    },
  },
  noValue: 'None',
  previous: 'Back to the first page',
  next: 'Next page',
  pages: 'Pages of this list',
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Copying did not work. Select it and copy it yourself.',
  timeLeft: 'Time left',
  timeOver: 'The time is up',
  notice: { info: 'Note', success: 'Done', warning: 'Look closely', error: 'This did not work' },
  fix: 'Please correct this',
  suspicious: {
    invisible: 'This name holds characters that cannot be seen. They are shown by their number here.',
    spaces: 'This name has spaces at its start or end, several in a row, or unusual ones. They are easily overlooked.',
    mixed: 'This name mixes alphabets whose letters look alike.',
    lookalike: 'Letters of this name look like Latin letters and are none.',
  },
};
