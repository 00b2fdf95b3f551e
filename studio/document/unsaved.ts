/** Parts of a page that hold what is not stored anywhere say so; whoever runs the page asks before it is left. */
import { createContext, useContext, useEffect, useId } from "react";

type Tell = (part: string, isUnsaved: boolean) => void;

const UnsavedContext = createContext<Tell>(() => undefined);
export const UnsavedProvider = UnsavedContext.Provider;

/** Says for as long as the part stands whether it holds something that would be lost with it. */
export function useUnsaved(isUnsaved: boolean): void {
  const part = useId();
  const tell = useContext(UnsavedContext);
  useEffect(() => {
    tell(part, isUnsaved);
    return () => tell(part, false);
  }, [tell, part, isUnsaved]);
}
