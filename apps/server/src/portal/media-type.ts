import type { TaxDocument } from '@headwater/contract';

type MediaType = TaxDocument['media_type'];

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** What a file is by its content, whatever its name and whoever sends it say; undefined: none of those we take. */
export function mediaTypeOf(content: Buffer): MediaType | undefined {
  if (content.subarray(0, 5).toString('latin1') === '%PDF-')
    return content.subarray(-2048).includes('%%EOF') ? 'application/pdf' : undefined;
  if (content.subarray(0, 8).equals(png))
    return content.subarray(12, 16).toString('latin1') === 'IHDR' && content.subarray(-64).includes('IEND')
      ? 'image/png'
      : undefined;
  const isJpeg = content[0] === 0xff && content[1] === 0xd8 && content[2] === 0xff;
  return isJpeg && content.subarray(-64).includes(Buffer.from([0xff, 0xd9])) ? 'image/jpeg' : undefined;
}

export const endingOf: Readonly<Record<MediaType, string>> = {
  'application/pdf': 'pdf',
  'image/png': 'png',
  'image/jpeg': 'jpg',
};
