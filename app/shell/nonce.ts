import { createContext, useContext } from "react";

/** The nonce for inline scripts of this response; the browser does not keep it, so it is empty there. */
const NonceContext = createContext("");
export const NonceProvider = NonceContext.Provider;
export const useNonce = (): string => useContext(NonceContext);
