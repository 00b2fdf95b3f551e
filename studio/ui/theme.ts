import { ActionIcon, Button, Checkbox, type CSSVariablesResolver, createTheme, Input, type MantineColorsTuple, Modal, Select, Tooltip } from "@mantine/core";

/** Indigo: focus, selection and the one primary act of a screen. Index 6 is the light theme's accent, 5 the dark one's. */
const indigo: MantineColorsTuple = ["#eef2ff", "#e0e7ff", "#c7d2fe", "#a5b4fc", "#818cf8", "#5f62ee", "#4f46e5", "#4338ca", "#3730a3", "#312e81"];
const slate: MantineColorsTuple = ["#f8fafc", "#f1f5f9", "#e2e8f0", "#cbd5e1", "#94a3b8", "#64748b", "#475569", "#334155", "#1e293b", "#0f172a"];
/** Mantine draws dark surfaces from this tuple: text, dimmed, ..., border (4), hover (5), input (6), body (7). */
const night: MantineColorsTuple = ["#e8edf4", "#a9b6c8", "#8f9fb4", "#64748b", "#334155", "#1a2438", "#0f172a", "#0b1120", "#080d1a", "#020617"];

/** Mantine as look.md wants it: 32 px controls, radius 6, Inter with tabular figures, hairlines instead of shadows. */
export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 6, dark: 5 },
  colors: { indigo, gray: slate, dark: night },
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  defaultRadius: 6,
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "16px", sm: "20px", md: "20px", lg: "24px", xl: "28px" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "4px", sm: "6px", md: "6px", lg: "6px", xl: "6px" },
  shadows: { xs: "none", sm: "none", md: "var(--lift)", lg: "var(--lift)", xl: "var(--lift)" },
  headings: {
    fontFamily: "var(--font)",
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "20px", lineHeight: "28px" },
      h2: { fontSize: "16px", lineHeight: "24px" },
      h3: { fontSize: "14px", lineHeight: "20px" },
      h4: { fontSize: "12px", lineHeight: "16px" },
    },
  },
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    Button: Button.extend({
      defaultProps: { variant: "default" },
      vars: () => ({ root: { "--button-height": "32px", "--button-padding-x": "12px", "--button-fz": "14px" } }),
    }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: "subtle", color: "gray", size: 32 } }),
    Input: Input.extend({ vars: () => ({ wrapper: { "--input-height": "32px", "--input-fz": "14px", "--input-padding": "8px" } }) }),
    InputWrapper: Input.Wrapper.extend({ defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] } }),
    Select: Select.extend({ defaultProps: { comboboxProps: { shadow: "md", offset: 4 }, checkIconPosition: "right", allowDeselect: false } }),
    Checkbox: Checkbox.extend({ defaultProps: { size: "16px", radius: 4 } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, withArrow: false } }),
    Modal: Modal.extend({ defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.32 }, transitionProps: { duration: 140 } } }),
  },
});

/** Points Mantine's own variables at the tokens, so that both speak one palette in both themes. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--surface)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--ink-3)",
    "--mantine-color-placeholder": "var(--ink-3)",
    "--mantine-color-anchor": "var(--accent-ink)",
    "--mantine-color-default": "var(--surface)",
    "--mantine-color-default-hover": "var(--surface-hover)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-color-default-color": "var(--ink)",
    "--mantine-color-error": "var(--blocked-ink)",
    "--mantine-color-disabled": "var(--surface-quiet)",
    "--mantine-color-disabled-color": "var(--ink-3)",
    "--mantine-color-disabled-border": "var(--line)",
    "--mantine-primary-color-filled": "var(--accent)",
    "--mantine-primary-color-filled-hover": "var(--accent-hover)",
    "--mantine-primary-color-light": "var(--accent-fill)",
    "--mantine-primary-color-light-color": "var(--accent-ink)",
  };
  return { variables: {}, light: shared, dark: shared };
};
