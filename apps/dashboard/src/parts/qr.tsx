import { useEffect, useState } from 'react';
import { Button } from './button.tsx';

/**
 * A QR code of an address, and the same as a picture to print. Always dark on light: cameras read nothing else for certain.
 * What draws it is loaded when the first one is shown.
 */
export function QrCode({ text, name }: { text: string; name: string }) {
  const [code, setCode] = useState<{ path: string; size: number }>();
  useEffect(() => {
    let gone = false;
    void import('uqr').then(({ encode }) => {
      const { data, size } = encode(text, { ecc: 'M', border: 3 });
      const path = data
        .flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
        .join('');
      if (!gone) setCode({ path, size });
    });
    return () => {
      gone = true;
    };
  }, [text]);
  return (
    <figure className="w-44">
      <div className="overflow-hidden rounded-lg border border-line bg-white">
        {code ? (
          <svg
            viewBox={`0 0 ${code.size} ${code.size}`}
            role="img"
            aria-label={`QR code of ${name}`}
            className="block size-44"
            shapeRendering="crispEdges"
          >
            <rect width={code.size} height={code.size} fill="#fff" />
            <path d={code.path} fill="#000" />
          </svg>
        ) : (
          <div className="skeleton size-44" />
        )}
      </div>
      <figcaption className="mt-2">
        <Button className="w-full" disabled={!code} onClick={() => code && download(code, name)}>
          Download SVG
        </Button>
      </figcaption>
    </figure>
  );
}

function download({ path, size }: { path: string; size: number }, name: string): void {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>`;
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: `${name}.svg` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
