import {
  type MantineColorSchemeManager,
  type MantineColorsTuple,
  createTheme,
  isMantineColorScheme,
} from '@mantine/core';

/** The one accent: ink blue. State colours live in `theme.css` and mean state, nothing else. */
const ink: MantineColorsTuple = [
  '#eef2ff',
  '#dbe3ff',
  '#b9c7fb',
  '#93a8f5',
  '#7089ee',
  '#5470e4',
  '#3b59d6',
  '#2546c7',
  '#1d39a6',
  '#162c82',
];

/** The same red as `--bad` in `theme.css`, for buttons that end something. */
const red: MantineColorsTuple = [
  '#fcecea',
  '#f8d3cf',
  '#f0a69f',
  '#e8786e',
  '#dc5549',
  '#cc3b2f',
  '#b3261e',
  '#b3261e',
  '#8f1d16',
  '#6e150f',
];

const FONT =
  'Inter, "SF Pro Text", -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif';

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 6 },
  colors: { ink, red },
  fontFamily: FONT,
  fontFamilyMonospace:
    '"SF Mono", ui-monospace, "Cascadia Mono", "Roboto Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: { fontFamily: FONT, fontWeight: '600' },
  defaultRadius: 'sm',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '14px' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  focusRing: 'auto',
});

const KEY = 'countersign-color-scheme';

/** Same key as `public/color-scheme.js`, which runs before the first paint. Storage may be blocked: then nothing is kept. */
export function colorSchemeManager(): MantineColorSchemeManager {
  let listener: ((event: StorageEvent) => void) | undefined;
  return {
    get: (fallback) => {
      try {
        const stored = window.localStorage.getItem(KEY);
        return isMantineColorScheme(stored) ? stored : fallback;
      } catch {
        return fallback;
      }
    },
    set: (value) => {
      try {
        window.localStorage.setItem(KEY, value);
      } catch {
        // Not kept; the choice holds for this page.
      }
    },
    subscribe: (onUpdate) => {
      listener = (event) => {
        if (event.key === KEY && isMantineColorScheme(event.newValue)) onUpdate(event.newValue);
      };
      window.addEventListener('storage', listener);
    },
    unsubscribe: () => {
      if (listener) window.removeEventListener('storage', listener);
    },
    clear: () => {
      try {
        window.localStorage.removeItem(KEY);
      } catch {
        // Nothing was kept.
      }
    },
  };
}
