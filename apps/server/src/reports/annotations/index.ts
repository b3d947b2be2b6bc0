/** What happened, told by people or by what deploys: marks on charts. */
export { annotationRoutes } from './http.ts';
