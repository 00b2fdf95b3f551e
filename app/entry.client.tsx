import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { HydratedRouter } from "react-router/dom";
import { isDoubted } from "./shell/connection.ts";
import { createPatientFetch } from "./shell/patient-fetch.ts";

window.fetch = createPatientFetch({
  fetch: window.fetch.bind(window),
  wait: (ms) => new Promise((done) => setTimeout(done, ms)),
  isDoubted,
  origin: window.location.origin,
});

startTransition(() => {
  hydrateRoot(
    document,
    <StrictMode>
      <HydratedRouter />
    </StrictMode>,
  );
});
