import type { ChartOption, Colours } from './draw.ts';
import { frame, tooltip } from './options.ts';

export interface Land {
  code: string;
  name: string;
  value: number;
}

/** The world, each country the darker the more there is of it; the one that is chosen has an edge. */
export function worldMap(
  lands: readonly Land[],
  chosen: string | undefined,
  format: (value: number) => string,
): (colours: Colours) => ChartOption {
  const names = new Map(lands.map(({ code, name }) => [code, name]));
  const regions = new Intl.DisplayNames([navigator.language], { type: 'region', fallback: 'code' });
  const nameOf = (code: string) => names.get(code) ?? (code.length === 2 ? (regions.of(code) ?? code) : code);
  const most = Math.max(1, ...lands.map(({ value }) => value));
  return (colours) => ({
    ...frame(colours),
    tooltip: {
      ...tooltip(colours),
      trigger: 'item',
      formatter: (told) => {
        const { name, value } = told as unknown as { name: string; value: number };
        return `${nameOf(name)}: ${Number.isFinite(value) ? format(value) : format(0)}`;
      },
    },
    // By the square root: else one country's figure makes all others look like none.
    visualMap: {
      show: false,
      min: 0,
      max: Math.sqrt(most),
      inRange: { color: [colours.line, colours.accent] },
      dimension: 0,
      seriesIndex: 0,
    },
    series: [
      {
        type: 'map',
        map: 'world',
        projection: naturalEarth,
        roam: false,
        selectedMode: false,
        left: 0,
        right: 0,
        top: 0,
        bottom: 0,
        itemStyle: { areaColor: colours.line, borderColor: colours.surface, borderWidth: 0.5 },
        emphasis: {
          label: { show: false },
          itemStyle: { areaColor: undefined, borderColor: colours.ink, borderWidth: 1 },
        },
        data: lands.map(({ code, value }) => ({
          name: code,
          value: Math.sqrt(value),
          ...(code === chosen ? { itemStyle: { borderColor: colours.ink, borderWidth: 1.5 } } : {}),
        })),
      },
    ],
  });
}

/** The Natural Earth projection (Šavrič, Jenny, Patterson, Petrovič, Hurni 2011): polynomials, so cheap to draw. */
const naturalEarth = {
  project([longitude = 0, latitude = 0]: number[]): number[] {
    const phi = (latitude * Math.PI) / 180;
    const p2 = phi * phi;
    const p4 = p2 * p2;
    const x =
      ((longitude * Math.PI) / 180) *
      (0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4)));
    const y = phi * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)));
    return [(x * 180) / Math.PI, (-y * 180) / Math.PI];
  },
  unproject(point: number[]): number[] {
    return point;
  },
};
