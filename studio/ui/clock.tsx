import { createContext, useContext, useEffect, useMemo, useState } from "react";

interface ClockValue {
  readonly now: number;
  readonly zone: string;
}
const ClockContext = createContext<ClockValue>({ now: 0, zone: "UTC" });

/**
 * The engine's clock for all relative times below it. Starts at the server's instant, so that the first render of both sides is
 * equal, and then moves on by what has passed in this browser.
 */
export function ClockProvider({ now, zone, children }: { now: string; zone: string; children: React.ReactNode }) {
  const start = Date.parse(now);
  const [passed, setPassed] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new instant of the server starts the count anew
  useEffect(() => {
    const since = performance.now();
    setPassed(0);
    const timer = setInterval(() => setPassed(performance.now() - since), 15_000);
    return () => clearInterval(timer);
  }, [start]);
  const value = useMemo(() => ({ now: start + passed, zone }), [start, passed, zone]);
  return <ClockContext value={value}>{children}</ClockContext>;
}

export const useClock = (): ClockValue => useContext(ClockContext);
