import type { BrowserStage } from './chromium.ts';
import { TASKS } from './console-tasks.ts';
import { Hand } from './hand.ts';

/** A task and the clicks that it takes. */
type Counted = [task: string, clicks: number];

/** Does every task in a browser, each person in a profile of their own, and counts. */
export async function clicksOf(
  stage: BrowserStage,
  options: Parameters<BrowserStage['profile']>[0],
): Promise<Counted[]> {
  const hands = new Map<string, Hand>();
  const counted: Counted[] = [];
  for (const { task, who, carryOut } of TASKS) {
    const context = hands.has(who) ? null : await stage.profile(options, [who]);
    await context?.grantPermissions(['clipboard-read', 'clipboard-write']);
    const hand = hands.get(who) ?? new Hand(await (context as NonNullable<typeof context>).newPage());
    hands.set(who, hand);
    hand.clicks = 0;
    try {
      await carryOut(hand, stage.app);
    } catch (error) {
      throw new Error(`${task}, at ${hand.page.url()}`, { cause: error });
    }
    counted.push([task, hand.clicks]);
  }
  for (const hand of hands.values()) await hand.page.context().close();
  return counted;
}

/** The same table, as a page of documentation has it. */
export function documentedClicks(markdown: string): Counted[] {
  const [, table = ''] = markdown.split('| task | clicks |\n| --- | --- |\n');
  return [...table.matchAll(/^\| (.+?) \| (\d+) \|$/gm)].map(([, task = '', clicks]) => [task, Number(clicks)]);
}
