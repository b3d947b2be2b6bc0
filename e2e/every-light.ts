import { expect } from 'vitest';
import { expectAccessible, settled, type Window } from './dashboard.ts';
import { picture } from './visitor.ts';

/** A page as it stands, wide and on a phone, by day and night: nothing in it is a barrier, and none of it sticks out. */
export async function inEveryLight(page: Window['page'], name: string): Promise<void> {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await settled(page);
      await picture(page, `${name}-${width}-${colorScheme}`);
      await expectAccessible(page, `${name}, ${width} px, ${colorScheme}`, colorScheme === 'dark');
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `how far ${name} is wider than ${width} px`).toBeLessThanOrEqual(0);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}
