import { describe, expect, it } from 'vitest';
import { createSealer } from './sealing.ts';

const secret = 'a secret for tests only';
const sealer = createSealer(secret);

describe('sealing', () => {
  it('opens what it sealed, also in another process with the same secret', () => {
    const sealed = sealer.seal('whsec_test_secret', 'endpoint 1/2');
    expect(sealer.open(sealed, 'endpoint 1/2')).toBe('whsec_test_secret');
    expect(createSealer(secret).open(sealed, 'endpoint 1/2')).toBe('whsec_test_secret');
  });

  it('shows nothing of the text, and seals the same text differently each time', () => {
    const sealed = sealer.seal('whsec_test_secret', 'c');
    expect(sealed.toString('latin1')).not.toContain('whsec');
    expect(sealer.seal('whsec_test_secret', 'c')).not.toEqual(sealed);
    expect(sealed[0]).toBe(1);
  });

  it('does not open in another context, with another secret, of another version, or changed by a bit', () => {
    const sealed = sealer.seal('whsec_test_secret', 'endpoint 1/2');
    expect(() => sealer.open(sealed, 'endpoint 1/3')).toThrow();
    expect(() => createSealer('another secret of the tests').open(sealed, 'endpoint 1/2')).toThrow();
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] as number) ^ 1;
      expect(() => sealer.open(changed, 'endpoint 1/2'), `byte ${index}`).toThrow();
    }
    expect(() => sealer.open(sealed.subarray(0, 20), 'endpoint 1/2')).toThrow();
  });

  it('finds the same secret by its fingerprint, under this installation’s secret only', () => {
    expect(sealer.fingerprint('a')).toEqual(createSealer(secret).fingerprint('a'));
    expect(sealer.fingerprint('a')).not.toEqual(sealer.fingerprint('b'));
    expect(sealer.fingerprint('a')).not.toEqual(createSealer('another secret').fingerprint('a'));
  });
});
