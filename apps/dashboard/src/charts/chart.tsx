import { useEffect, useRef } from 'react';
import { themeChanged } from '../shell/theme.ts';
import type { ChartOption, Colours } from './draw.ts';

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
}: {
  option: (colours: Colours) => ChartOption;
  summary: string;
  height: number;
}) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const host = element.current;
    if (!host) return;
    let close = () => {};
    let gone = false;
    void import('./draw.ts').then(({ openChart }) => {
      if (gone) return;
      const chart = openChart(host);
      const draw = () => chart.setOption(option(readColours()), true);
      const observer = new ResizeObserver(() => chart.resize());
      draw();
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
  }, [option]);
  return <div ref={element} role="img" aria-label={summary} style={{ height }} className="w-full" />;
}
