import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { expectAccessible, settled } from './dashboard.ts';
import { picture } from './visitor.ts';

// E2E_LIGHTS=2: by day on the wide screen and by night on the phone only.
const isShort = process.env.E2E_LIGHTS === '2';

/** Looks at a page by day and night, on a wide screen and a phone: no barrier, and nothing wider than the screen. */
export async function inEveryLight(page: Page, name: string): Promise<void> {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark'] as const) {
      if (isShort && (width === 1440) !== (colorScheme === 'light')) continue;
      await page.emulateMedia({ colorScheme });
      await settled(page);
      await picture(page, `${name}-${width}-${colorScheme}`);
      await expectAccessible(
        page,
        `${name}, ${width} px, ${colorScheme}`,
        colorScheme === 'dark' && !isShort,
      );
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `how far ${name} is wider than ${width} px`).toBeLessThanOrEqual(0);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
}
