/** What the sign-in says. */
export const signIn = {
  title: 'Sign in',
  user: {
    title: 'TikTok for Business users',
    text: 'For members of a Business Center: request access to TikTok accounts, assign them, and see what you may do with them.',
    button: 'Sign in as a TikTok for Business user',
  },
  tiktok_account: {
    title: 'Owners of a TikTok account',
    text: 'For the owner of a TikTok account: answer a request for access, see who can use your account, and revoke it.',
    button: 'Sign in with your TikTok account',
  },
  notConfigured: 'Sign-in is not set up yet. The operator of this service has to configure a sign-in service first.',
  demo: {
    title: 'Demo sign-in',
    warning: 'No password is asked. Everybody who opens this page can act as any of these people, in demo data.',
    elsewhere:
      'The demo sign-in asks for no password, so it is not available through a proxy or a tunnel. Open it on the machine that runs the service. For other users, configure a sign-in service.',
    as: 'Sign in as',
    people: {
      adm: 'administrator of Bright Agency',
      sam: 'standard member of Bright Agency',
      lee: 'member of no Business Center, linked to @brand',
      ext: 'administrator of Other Agency',
      rita: 'reviewer of the policies',
      brand: 'owner of the TikTok account @brand',
      other: 'owner of the TikTok account @other',
    },
  },
  signedOut: {
    done: 'You are signed out here.',
    alsoThere: 'You may still be signed in at the sign-in service.',
    link: 'Sign out there as well',
  },
  again: 'Sign in again',
  failed: {
    expired: {
      title: 'This sign-in cannot go on',
      text: 'It took too long, was already finished, or was begun in another browser. Begin again.',
    },
    declined: { title: 'You are not signed in', text: 'The sign-in was cancelled. Nothing has changed.' },
    refused: {
      title: 'You are not signed in',
      text: 'The answer of the sign-in service could not be verified. Try again. If it happens again, tell the operator of this service.',
    },
    unreachable: {
      title: 'Signing in does not work for the moment',
      text: 'The sign-in service does not answer. Nothing is lost. Wait a little, and try again.',
    },
  },
};
