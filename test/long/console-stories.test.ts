import { beforeAll, test } from 'vitest';
import { LOCALES } from '../../src/http/ui/locale.ts';
import { bringAgency } from '../support/agency.ts';
import { put } from '../support/cast.ts';
import { DESK, inBrowser, PHONE } from '../support/chromium.ts';
import { wholeStory } from '../support/whole-story.ts';

/** The largest leaves room for the account of the story, and for those who are assigned it. */
const SIZES = [
  { accounts: 0, members: 1, holders: 0 },
  { accounts: 1, members: 3, holders: 2 },
  { accounts: 60, members: 120, holders: 80 },
  { accounts: 799, members: 3998, holders: 3001 },
];

const MODES = (['light', 'dark'] as const).flatMap((colorScheme) =>
  (['en', 'zh-CN'] as const).flatMap((language) =>
    [['a desk', DESK] as const, ['a phone', PHONE] as const].map(([screen, size]) => ({
      name: `${screen}, ${language}, ${colorScheme}`,
      language,
      options: { ...size, locale: language === 'en' ? 'en-US' : language, colorScheme },
    })),
  ),
);

for (const size of SIZES) {
  inBrowser(`the whole story at ${size.accounts} accounts`, (stage) => {
    beforeAll(async () => {
      await bringAgency(stage.app, size);
      for (const user of ['sam', 'kim']) {
        await put(stage.app, `/v1/business-centers/bc1/members/${user}`, { user_role: 'STANDARD' });
        await put(stage.app, `/v1/ad-accounts/adv1/members/${user}`, { advertiser_role: 'OPERATOR' });
      }
    });

    test.each(MODES)('$name', async ({ name, language, options }) => {
      const account = `story-${name.replaceAll(/\W+/g, '-')}`;
      const screens = { adm: options, owner: options, sam: options };
      await wholeStory(stage, LOCALES[language], { account, screens });
    });
  });
}
