/**
 * Random numbers that are the same for the same seed: xoshiro128** of Blackman and Vigna (“Scrambled linear
 * pseudorandom number generators”, 2021), its state filled from the seed by Weyl steps that are mixed. Not for secrets.
 *
 * @returns numbers of [0, 1), in steps of 2^-32
 */
export function createRandom(seed: number): () => number {
  let filler = seed >>> 0;
  const fill = () => {
    filler = (filler + 0x9e3779b9) >>> 0;
    let mixed = filler;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [fill(), fill(), fill(), fill()] as [number, number, number, number];
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result / 2 ** 32;
  };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
