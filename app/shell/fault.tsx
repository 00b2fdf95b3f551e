import { useEffect } from "react";
import { isRouteErrorResponse, useRevalidator } from "react-router";
import { ButtonLink } from "#studio/ui/button.tsx";
import { ErrorState } from "#studio/ui/states.tsx";
import { Brand } from "./brand.tsx";
import { answers, isNetworkFault } from "./patient-fetch.ts";

interface Problem {
  readonly title: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly code?: string | undefined;
}

const FAULT: Problem = { title: "Something failed on our side", hint: "Reload the page; nothing that you sent is done twice.", code: "internal" };

/** What an error boundary got, as what happened and what to do. Messages of faults are never shown. */
export function problemOf(error: unknown): Problem {
  if (!isRouteErrorResponse(error)) return FAULT;
  const given = error.data as Partial<Problem> | null;
  if (given !== null && typeof given === "object" && typeof given.title === "string")
    return { title: given.title, detail: given.detail, hint: given.hint, code: given.code };
  if (error.status === 404) return { title: "There is nothing here", hint: "Check the address; what you may not see looks the same.", code: "not_found" };
  return { ...FAULT, code: String(error.status) };
}

/** The error inside the shell: rail and search stay. */
export function FaultBlock({ error }: { error: unknown }) {
  const problem = problemOf(error);
  if (isNetworkFault(error)) return <Away />;
  return <ErrorState {...problem} act={<ButtonLink href="/work">Go to the inbox</ButtonLink>} />;
}

const AGAIN_MS = 2_000;

/** The connection broke while something was sent. The page comes back with the server; what was sent may have come through, and the page shows it. */
function Away() {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    const timer = setInterval(() => {
      void answers(fetch).then((isThere) => (isThere ? revalidate() : undefined));
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [revalidate]);
  return (
    <ErrorState
      title="The connection broke"
      detail="The page comes back by itself as soon as the server answers. Look then whether what you sent came through."
    />
  );
}

/** The error when even the shell is missing. */
export function FaultPage({ error }: { error: unknown }) {
  return (
    <main className="plain-page">
      <Brand />
      <FaultBlock error={error} />
    </main>
  );
}
