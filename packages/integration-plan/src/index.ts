/**
 * What is to be done to integrate a site, by how it is built: the same words and the same code wherever they are shown, on the
 * dashboard's page and to a coding agent. A person's ids are in it; tokens never are.
 */
export * from './stacks.ts';
