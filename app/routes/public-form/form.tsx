import { data } from "react-router";
import { EngineError, ERRORS } from "#engine/core/errors.ts";
import { openForm } from "#engine/service/public-form/public-form.ts";
import { ErrorState } from "#studio/ui/states.tsx";
import { hostContext } from "../../host.server.ts";
import { FormScreen } from "../../screens/public-form/form-screen.tsx";
import { Brand } from "../../shell/brand.tsx";
import type { Route } from "./+types/form.ts";

const PRIVATE = { "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer" };

export const meta: Route.MetaFunction = ({ loaderData }) => [
  { title: loaderData?.form ? String(loaderData.form.page["title"] ?? "Form") : (loaderData?.closed?.title ?? "Form") },
  { name: "robots", content: "noindex, nofollow" },
];
export const headers = (): Record<string, string> => PRIVATE;

/** A page without a session: the token in the address is all that is asked. Looking uses nothing up. */
export async function loader({ params, context }: Route.LoaderArgs) {
  const host = context.get(hostContext);
  try {
    host.countVisit();
    return data({ form: await openForm(host.engine, { path: params.form, token: params.token }), closed: null });
  } catch (error) {
    if (!(error instanceof EngineError) || error.code === "internal") throw error;
    const { title, status, hint } = ERRORS[error.code];
    return data({ form: null, closed: { title, detail: error.message, hint } }, { status });
  }
}

/** Sent forms must not vanish because something was loaded again: what the page has, it keeps. */
export const shouldRevalidate = (): boolean => false;

export default function PublicForm({ loaderData, params }: Route.ComponentProps) {
  if (loaderData.form === null) {
    return (
      <main className="plain-page">
        <Brand />
        <ErrorState {...loaderData.closed} />
      </main>
    );
  }
  return <FormScreen form={loaderData.form} address={`/${params.form}/${params.token}`} />;
}
