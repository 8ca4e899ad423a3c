import { createTheme, type MantineColorsTuple } from '@mantine/core';

const ink: MantineColorsTuple = [
  '#eef3ff',
  '#dbe5fd',
  '#b6c9f8',
  '#8eabf3',
  '#6c90ee',
  '#4d76e3',
  '#2a55c8',
  '#2349b0',
  '#1e3f98',
  '#18337d',
];

/** Greys with the page's own blue in them. */
const dark: MantineColorsTuple = [
  '#e5e9f0',
  '#c3ccd9',
  '#9aa7b8',
  '#6d7b8e',
  '#2f3a49',
  '#252f3c',
  '#1b222d',
  '#161c25',
  '#10161e',
  '#0b1016',
];

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: 6,
  autoContrast: true,
  colors: { ink, dark },
  defaultRadius: 'md',
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
  respectReducedMotion: true,
});
