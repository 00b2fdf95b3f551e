import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "#studio/ui/tokens.css";
import "#studio/ui/base.css";
import "#studio/ui/meaning.css";
import "#studio/ui/button.css";
import "#studio/ui/panel.css";
import "#studio/ui/form/form.css";
import "#studio/ui/touch.css";
import "./shell/shell.css";
import { ColorSchemeScript, MantineProvider, mantineHtmlProps } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { Links, type LinksFunction, Meta, Outlet, Scripts, ScrollRestoration } from "react-router";
import { AnchorProvider } from "#studio/ui/link.tsx";
import { cssVariables, theme } from "#studio/ui/theme.ts";
import favicon from "./favicon.svg";
import { FaultPage } from "./shell/fault.tsx";
import { useNonce } from "./shell/nonce.ts";
import { RouterAnchor } from "./shell/router-anchor.tsx";

export const links: LinksFunction = () => [{ rel: "icon", href: favicon, type: "image/svg+xml" }];
export const meta = () => [{ title: "Gatehouse" }, { name: "description", content: "What is open, what is blocked, and why" }];

export function Layout({ children }: { children: React.ReactNode }) {
  const nonce = useNonce();
  return (
    <html lang="en" {...mantineHtmlProps}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <ColorSchemeScript nonce={nonce} suppressHydrationWarning defaultColorScheme="auto" />
        <Meta />
        <Links />
      </head>
      <body>
        <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
          <AnchorProvider value={RouterAnchor}>{children}</AnchorProvider>
          <section aria-label="Messages">
            <Notifications position="bottom-right" limit={3} autoClose={5000} withinPortal={false} />
          </section>
        </MantineProvider>
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

export default function Root() {
  return <Outlet />;
}

export function ErrorBoundary({ error }: { error: unknown }) {
  return <FaultPage error={error} />;
}
