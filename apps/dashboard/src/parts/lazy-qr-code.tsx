import { Suspense } from 'react';
import { lazyPart } from '../shell/load.ts';

const QrCode = lazyPart(async () => ({ default: (await import('./qr-code.tsx')).QrCode }));

/** A link's code for cameras, loaded when it is looked at: most who see a link do not print it. */
export function LazyQrCode(link: { text: string; name: string }) {
  return (
    <Suspense fallback={<div className="skeleton size-36" />}>
      <QrCode {...link} />
    </Suspense>
  );
}
