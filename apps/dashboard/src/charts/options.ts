import type { ChartOption, Colours } from './draw.ts';

export const font = 'ui-sans-serif, system-ui, sans-serif';

const plot = {
  left: 8,
  right: 12,
  top: 16,
  bottom: 4,
  outerBoundsMode: 'same' as const,
  outerBoundsContain: 'axisLabel' as const,
};

/** Drawn, not HTML: our pages allow no style that is written into markup. */
export function tooltip({ ink, ink2, line, surface }: Colours) {
  return {
    trigger: 'axis' as const,
    renderMode: 'richText' as const,
    confine: true,
    backgroundColor: surface,
    borderColor: line,
    borderWidth: 1,
    padding: 10,
    textStyle: { color: ink, fontSize: 12, fontFamily: font },
    axisPointer: { type: 'line' as const, lineStyle: { color: ink2, type: 'dashed' as const } },
  };
}

/** What all our charts have in common. */
export function frame(colours: Colours): ChartOption {
  return {
    animation: false,
    textStyle: { fontFamily: font },
    grid: plot,
    tooltip: tooltip(colours),
  };
}

export interface Line {
  name: string;
  values: (number | null)[];
}

/** Something that happened: at which tick, and how it is called below the chart. */
export interface Mark {
  tick: number;
  label: string;
}

function marked(marks: readonly Mark[], { ink2, line, surface }: Colours) {
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    lineStyle: { color: ink2, width: 1, type: 'solid' as const, opacity: 0.45 },
    label: {
      position: 'end' as const,
      color: ink2,
      opacity: 1,
      backgroundColor: surface,
      borderColor: line,
      borderWidth: 1,
      borderRadius: 3,
      padding: [1, 4, 1, 4],
      fontSize: 10,
      fontWeight: 'bold' as const,
      distance: 2,
    },
    data: marks.map(({ tick, label }) => ({ xAxis: tick, label: { formatter: label } })),
  };
}

/** One metric over time, and what it was before. */
export function overTime(
  data: { ticks: string[]; now: Line; before: Line | undefined; marks?: readonly Mark[] },
  format: (value: number) => string,
  onAxis = format,
): (colours: Colours) => ChartOption {
  return (colours) => ({
    ...frame(colours),
    tooltip: {
      ...tooltip(colours),
      valueFormatter: (value) => (typeof value === 'number' ? format(value) : '–'),
    },
    xAxis: {
      type: 'category',
      boundaryGap: false,
      data: data.ticks,
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
      axisLabel: { color: colours.ink3, hideOverlap: true, alignMaxLabel: 'right', fontSize: 12 },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      axisLabel: { color: colours.ink3, fontSize: 12, formatter: (value: number) => onAxis(value) },
      splitLine: { lineStyle: { color: colours.line } },
    },
    series: [
      ...(data.before
        ? [
            {
              type: 'line' as const,
              name: data.before.name,
              data: data.before.values,
              showSymbol: false,
              lineStyle: { color: colours.ink3, width: 1.5, type: 'dashed' as const },
              itemStyle: { color: colours.ink3 },
            },
          ]
        : []),
      {
        type: 'line' as const,
        name: data.now.name,
        data: data.now.values,
        showSymbol: data.ticks.length < 2,
        lineStyle: { color: colours.accent, width: 2 },
        itemStyle: { color: colours.accent },
        areaStyle: { color: colours.accent, opacity: 0.08 },
        ...(data.marks?.length ? { markLine: marked(data.marks, colours) } : {}),
      },
    ],
  });
}

// Told apart by lightness as well as by hue, for those who see no hues.
const shades = ['#0b6a94', '#e09f3e', '#5b8e7d', '#9e2a2b', '#7b6db0', '#7aa5c9', '#c46f9b', '#8a8f98'];

/** What several models give to each row, side by side. */
export function sideBySide(
  rows: string[],
  models: Line[],
  format: (value: number) => string,
  onAxis = format,
): (colours: Colours) => ChartOption {
  return (colours) => ({
    ...frame(colours),
    color: shades,
    legend: {
      top: 0,
      left: 0,
      type: 'scroll',
      icon: 'roundRect',
      itemWidth: 10,
      itemHeight: 10,
      textStyle: { color: colours.ink2, fontSize: 12 },
      inactiveColor: colours.line,
    },
    grid: { ...plot, top: 40 },
    tooltip: {
      ...tooltip(colours),
      axisPointer: { type: 'shadow' },
      valueFormatter: (value) => (typeof value === 'number' ? format(value) : '–'),
    },
    xAxis: {
      type: 'category',
      data: rows,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.line } },
      axisLabel: { color: colours.ink3, fontSize: 12, hideOverlap: true, width: 90, overflow: 'truncate' },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      axisLabel: { color: colours.ink3, fontSize: 12, formatter: (value: number) => onAxis(value) },
      splitLine: { lineStyle: { color: colours.line } },
    },
    series: models.map(({ name, values }) => ({ type: 'bar', name, data: values, barMaxWidth: 18 })),
  });
}
