// TEMPORARY until the reports room is in
export const createShipper = (..._a: any[]) => ({ start() {}, async stop() {}, lagSeconds: async () => 0 });
export const reportRoutes = (_: any) => [];
export const reconcileAll = async (_: any) => {};
export type Shipper = any;
