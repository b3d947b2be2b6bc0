import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { buildTracker } from '../build.mjs';

it('is one script of at most 2,560 bytes, gzipped', async () => {
  const script = await buildTracker();
  expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(2560);
  expect(script).toMatch(/^\(\(\)=>\{.*\}\)\(\)$/s);
});
