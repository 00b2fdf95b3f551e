import { PasswordInput, TextInput } from "@mantine/core";
import { data, Form, redirect, useNavigation } from "react-router";
import { Button } from "#studio/ui/button.tsx";
import { OrgBadge } from "#studio/ui/org-badge.tsx";
import { Notice } from "#studio/ui/states.tsx";
import { hostContext } from "../../host.server.ts";
import { toRefusal } from "../../problem.server.ts";
import { findScope, safePath, signIn } from "../../session.server.ts";
import { Brand } from "../../shell/brand.tsx";
import type { Route } from "./+types/login.ts";

export const meta = () => [{ title: "Sign in · Gatehouse" }];

export async function loader({ request, context }: Route.LoaderArgs) {
  const host = context.get(hostContext);
  if ((await findScope(request, host)) !== null) throw redirect(safePath(new URL(request.url).searchParams.get("to")));
  return { actors: host.demo?.actors ?? [] };
}

export async function action({ request, context }: Route.ActionArgs) {
  const host = context.get(hostContext);
  const form = await request.formData();
  const text = (name: string): string => String(form.get(name) ?? "").slice(0, 320);
  const demo = host.demo?.actors.some((actor) => actor.email === text("demo")) ? host.demo : null;
  const totp = text("totp");
  const input =
    demo === null ? { email: text("email"), password: text("password"), ...(totp === "" ? {} : { totp }) } : { email: text("demo"), password: demo.password };
  try {
    const cookie = await signIn(request, host, input);
    return redirect(safePath(new URL(request.url).searchParams.get("to")), { headers: { "Set-Cookie": cookie } });
  } catch (error) {
    const refusal = toRefusal(error);
    return data({ refusal, second: text("password") !== "" && /second factor/.test(refusal.detail) }, { status: refusal.code === "rate_limited" ? 429 : 401 });
  }
}

export default function Login({ loaderData, actionData }: Route.ComponentProps) {
  const navigation = useNavigation();
  const busy = navigation.state !== "idle";
  const entering = navigation.formData?.get("demo") ?? null;
  return (
    <main className="plain-page login">
      <Brand />
      <div className="stack">
        <div>
          <h1>Sign in</h1>
          <p className="soft">What is open, what is blocked, and why.</p>
        </div>
        {actionData === undefined ? null : (
          <Notice tone="blocked">
            {actionData.refusal.title}. <span className="soft">{actionData.refusal.hint}</span>
          </Notice>
        )}
        <Form method="post" className="stack" style={{ gap: 12 }}>
          <TextInput label="E-mail" name="email" type="email" required autoComplete="username" />
          <PasswordInput
            label="Password"
            name="password"
            required
            autoComplete="current-password"
            visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
          />
          {actionData?.second ? (
            <TextInput label="Code of the second factor" name="totp" inputMode="numeric" autoComplete="one-time-code" maxLength={6} />
          ) : null}
          <div>
            <Button tone="primary" type="submit" busy={busy && entering === null}>
              Sign in
            </Button>
          </div>
        </Form>
      </div>
      {loaderData.actors.length === 0 ? null : (
        <section className="stack tight" aria-labelledby="demo">
          <h2 id="demo">Demo accounts</h2>
          <p className="soft">Each shows the product as that person sees it. No password is needed here.</p>
          <Form method="post" className="demo-list">
            {loaderData.actors.map((actor) => (
              <button key={actor.email} type="submit" name="demo" value={actor.email} disabled={busy} aria-busy={entering === actor.email}>
                <span className="clip">
                  <b>{actor.name}</b>
                  <small className="quiet"> {actor.role}</small>
                </span>
                <span className="line push" style={{ gap: 4 }}>
                  {actor.orgs.map((org) => (
                    <OrgBadge key={org} code={org} />
                  ))}
                </span>
              </button>
            ))}
          </Form>
        </section>
      )}
    </main>
  );
}
