import { describe, expect, it } from 'vitest';
import { configure, isOn } from '../src/settings.ts';
import { settings } from '../src/state.ts';

describe('configure', () => {
  it('reads every spelling of a name', () => {
    configure({ affitorProgramId: '7', website_id: 'web_1', apiBase: 'https://t.example' });
    expect(settings).toEqual({ programid: '7', websiteid: 'web_1', apibase: 'https://t.example' });
    configure(undefined);
    configure(null as never);
  });
});

describe('isOn', () => {
  it.each(['', 'true', '1', true, 'data-debug', 'yes'])('%o is on', (value) =>
    expect(isOn(value)).toBe(true),
  );
  it.each([undefined, null, false, 'false', '0', 0, 'no'])('%o is off', (value) =>
    expect(isOn(value)).toBe(false),
  );
});
