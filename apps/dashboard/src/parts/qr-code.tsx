import qrcode from 'qrcode-generator';
import { useMemo } from 'react';
import { Button } from './button.tsx';
import { saveFile } from './save-file.tsx';

/** Modules of quiet ground that readers need around a code. */
const quiet = 4;

/** The dark squares of a text's code. */
function modulesOf(text: string): { size: number; isDark: (row: number, column: number) => boolean } {
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  return { size: code.getModuleCount(), isDark: (row, column) => code.isDark(row, column) };
}

/** As one path: a run of dark squares in a row is one rectangle. */
function pathOf({ size, isDark }: ReturnType<typeof modulesOf>): string {
  const parts: string[] = [];
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) {
      if (!isDark(row, column)) continue;
      const start = column;
      while (column + 1 < size && isDark(row, column + 1)) column += 1;
      parts.push(`M${start + quiet} ${row + quiet}h${column - start + 1}v1h-${column - start + 1}z`);
    }
  return parts.join('');
}

/** A link to be printed. Black on white in any light, since that is what every camera reads. */
export function QrCode({ text, name }: { text: string; name: string }) {
  const { path, side } = useMemo(() => {
    const modules = modulesOf(text);
    return { path: pathOf(modules), side: modules.size + 2 * quiet };
  }, [text]);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${path}"/></svg>`;
  return (
    <div className="flex items-center gap-4">
      <svg
        role="img"
        aria-label={`QR code of ${name}`}
        viewBox={`0 0 ${side} ${side}`}
        shapeRendering="crispEdges"
        className="size-36 flex-none rounded-md border border-line"
      >
        <path fill="#fff" d={`M0 0h${side}v${side}H0z`} />
        <path d={path} />
      </svg>
      <div className="flex flex-col items-start gap-2">
        <Button onClick={() => saveFile(new Blob([svg], { type: 'image/svg+xml' }), `${name}.svg`)}>
          Save as SVG
        </Button>
        <Button onClick={() => void pngOf(path, side).then((file) => saveFile(file, `${name}.png`))}>
          Save as PNG
        </Button>
      </div>
    </div>
  );
}

/** Drawn at a whole number of points a module, so that no edge is blurred: about 1,000 points wide. */
async function pngOf(path: string, side: number): Promise<Blob> {
  const scale = Math.ceil(1000 / side);
  const canvas = Object.assign(document.createElement('canvas'), {
    width: side * scale,
    height: side * scale,
  });
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(scale, scale);
  context.fillStyle = '#000';
  context.fill(new Path2D(path));
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('No picture could be made')))),
  );
}
