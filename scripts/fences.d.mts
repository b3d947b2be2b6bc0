export interface Fence {
  language: string;
  /** What stands behind the language. */
  info: string;
  text: string;
  /** Of its first line, from 1. */
  line: number;
  heading: string;
}
export function readFences(markdown: string): Fence[];
