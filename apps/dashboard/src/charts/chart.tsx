import { useEffect, useRef } from 'react';
import { loadUntilThere } from '../shell/load.ts';
import { themeChanged } from '../shell/theme.ts';
import type { ChartOption, Colours } from './draw.ts';

const libraries = {
  axes: () => import('./draw.ts'),
  flow: () => import('./draw-flow.ts'),
  map: () => import('./draw-map.ts'),
};

/** The colours in force, for what is drawn and not styled. */
function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of('ink'),
    ink2: of('ink-2'),
    ink3: of('ink-3'),
    line: of('line'),
    surface: of('surface'),
    sunken: of('sunken'),
    accent: of('accent'),
  };
}

/**
 * A chart; the library that draws it is loaded when the first one is shown, in room that is kept for it. What it shows is in
 * `summary` for those who do not see it, and in a table beside it.
 */
export function Chart({
  option,
  summary,
  height,
  kind = 'axes',
  onPick,
}: {
  option: (colours: Colours) => ChartOption;
  summary: string;
  height: number | '100%';
  kind?: keyof typeof libraries;
  /** Told the name of what was clicked; whoever has no mouse does the same in the table beside. */
  onPick?: (name: string) => void;
}) {
  const picked = useRef(onPick);
  useEffect(() => {
    picked.current = onPick;
  });
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const host = element.current;
    if (!host) return;
    let close = () => {};
    let gone = false;
    void loadUntilThere(libraries[kind]).then(({ openChart }) => {
      if (gone) return;
      const chart = openChart(host);
      const draw = () => chart.setOption(option(readColours()), true);
      const observer = new ResizeObserver(() => chart.resize());
      draw();
      chart.on('click', ({ name }) => picked.current?.(name));
      observer.observe(host);
      themeChanged.addEventListener('change', draw);
      close = () => {
        observer.disconnect();
        themeChanged.removeEventListener('change', draw);
        chart.dispose();
      };
    });
    return () => {
      gone = true;
      close();
    };
  }, [option, kind]);
  return <div ref={element} role="img" aria-label={summary} style={{ height }} className="w-full" />;
}
