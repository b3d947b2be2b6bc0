import { MapChart } from 'echarts/charts';
import { GeoComponent, VisualMapComponent } from 'echarts/components';
import { registerMap, use } from 'echarts/core';
import world from './world.json';

use([MapChart, GeoComponent, VisualMapComponent]);
registerMap('world', {
  specialAreas: {},
  geoJSON: {
    type: 'FeatureCollection',
    features: Object.entries(world).map(([name, coordinates]) => ({
      type: 'Feature' as const,
      properties: { name },
      geometry: { type: 'MultiPolygon' as const, coordinates: coordinates as number[][][][] },
    })),
  },
});

export { openChart } from './draw.ts';
