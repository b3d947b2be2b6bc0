import type { ChartOption, Colours } from './draw.ts';
import { font, frame, tooltip } from './options.ts';

export interface FlowNode {
  id: string;
  name: string;
  depth: number;
  colour: number;
}
export interface Flow {
  source: string;
  target: string;
  value: number;
}

// One hue a name, so that a channel is known again at each step.
const shades = ['#2b7fa8', '#c98a2b', '#5b8e7d', '#a6484a', '#7b6db0', '#5f93bd', '#b0648a', '#7d8590'];

/** How people came, step by step: streams as wide as what they carry, from left to right. */
export function flows(
  nodes: readonly FlowNode[],
  links: readonly Flow[],
  format: (value: number) => string,
): (colours: Colours) => ChartOption {
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return (colours) => ({
    ...frame(colours),
    tooltip: {
      ...tooltip(colours),
      trigger: 'item',
      formatter: (told) => {
        const { dataType, data, name, value } = told as unknown as {
          dataType: string;
          data: Flow;
          name: string;
          value: number;
        };
        return dataType === 'edge'
          ? `${names.get(data.source)} → ${names.get(data.target)}: ${format(data.value)}`
          : `${names.get(name)}: ${format(value)}`;
      },
    },
    series: [
      {
        type: 'sankey',
        left: 4,
        right: 130,
        top: 8,
        bottom: 8,
        nodeWidth: 10,
        // As high as a name, so that those of thin streams do not touch.
        nodeGap: 18,
        draggable: false,
        layoutIterations: 48,
        emphasis: { focus: 'trajectory' },
        lineStyle: { color: 'source', opacity: 0.28, curveness: 0.5 },
        label: {
          color: colours.ink,
          fontFamily: font,
          fontSize: 12,
          width: 120,
          overflow: 'truncate',
          // Thin streams pass under a name: an edge of the ground's colour keeps its letters apart from them.
          textBorderColor: colours.surface,
          textBorderWidth: 3,
          formatter: ({ name }) => names.get(name) ?? '',
        },
        data: nodes.map(({ id, depth, colour }) => ({
          name: id,
          depth,
          itemStyle: {
            color: colour < 0 ? colours.accent : (shades[colour % shades.length] as string),
            borderWidth: 0,
          },
        })),
        links: links.map((link) => ({ ...link })),
      },
    ],
  });
}
