import type { Settings } from './state.ts';
import { settings } from './state.ts';

const OUR_TAG = '[src*="/headwater.js"],[src*="/affitor-tracker.js"]';

/** Takes over a tag's dataset or `init`'s options; `affitorProgramId`, `programId`, `program_id` are all `programid`. */
export const configure = (options?: object) => {
  for (const name in options) {
    settings[name.toLowerCase().replace(/^affitor|_/g, '') as keyof Settings] = options[name as never];
  }
};

/** Whether an attribute or option is on: not undefined, null, no, false or 0. A bare attribute is ''. */
export const isOn = (value: unknown) => !/^[unf0]/.test(value as string);

/** The visitor's wish not to be tracked, if the owner respects it: no cookies then, and nothing is sent. */
export const isMuted = () =>
  isOn(settings.respectdnt) &&
  ((navigator.doNotTrack as unknown as number) > 0 ||
    (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl);

/**
 * Reads our script tag. `document.currentScript` is null in modules and in code that was fetched and evaluated; then
 * we go by the file's name. In a bundle there is no tag of ours and this throws: its owner calls `init`.
 */
export const readScriptTag = () => {
  const tag = (document.currentScript || document.querySelector(OUR_TAG)) as HTMLScriptElement;
  configure(tag.dataset);
  settings.apibase ||= new URL(tag.src).origin;
};
