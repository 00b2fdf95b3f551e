import { data } from "react-router";
import { ERRORS, type ErrorCode } from "#engine/core/errors.ts";
import { ButtonLink } from "#studio/ui/button.tsx";
import { Brand } from "../shell/brand.tsx";
import type { Route } from "./+types/problem.ts";

/** The page behind `type` of a problem document: what a code means and what to do. */
export function loader({ params }: Route.LoaderArgs) {
  if (!Object.hasOwn(ERRORS, params.code))
    throw data({ title: "There is no such problem", hint: "Codes are listed in the API's documentation.", code: "not_found" }, { status: 404 });
  const entry = ERRORS[params.code as ErrorCode];
  return { code: params.code, ...entry };
}

export const meta: Route.MetaFunction = ({ loaderData }) => [{ title: `${loaderData?.title ?? "Problem"} · Gatehouse` }];

export default function ProblemPage({ loaderData: problem }: Route.ComponentProps) {
  return (
    <main className="plain-page">
      <Brand />
      <article className="stack">
        <h1>{problem.title}</h1>
        <p>{problem.hint}</p>
        <dl className="facts">
          <dt>Code</dt>
          <dd className="code">{problem.code}</dd>
          <dt>HTTP status</dt>
          <dd>{problem.status}</dd>
        </dl>
        <div className="acts">
          <ButtonLink href="/api/docs" target="_self">
            API documentation
          </ButtonLink>
          <ButtonLink href="/work" tone="plain">
            Go to the inbox
          </ButtonLink>
        </div>
      </article>
    </main>
  );
}
