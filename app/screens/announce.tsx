import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { Button } from "#studio/ui/button.tsx";
import type { ActResult } from "./guided.ts";

type Done = Extract<ActResult, { ok: true }>;

/** Says what an act has done. A link that is told only once stays until it is closed, ready to be copied. */
export function announce({ message, link }: Done): void {
  const closeButtonProps = { "aria-label": "Close" };
  notifications.show({ message, color: "green", withCloseButton: true, closeButtonProps });
  if (link === undefined) return;
  const address = new URL(link, window.location.href).href;
  notifications.show({
    title: "The link, shown only now",
    message: <OneTimeLink address={address} />,
    autoClose: false,
    withCloseButton: true,
    closeButtonProps,
  });
}

/** Where nothing on the page stands for what was refused. */
export function announceRefusal({ title, detail }: Extract<ActResult, { ok: false }>): void {
  notifications.show({ title, message: detail, color: "red", autoClose: false, withCloseButton: true, closeButtonProps: { "aria-label": "Close" } });
}

function OneTimeLink({ address }: { address: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <span className="stack" style={{ gap: 8 }}>
      <a href={address} target="_blank" rel="noreferrer" className="code" style={{ overflowWrap: "anywhere" }}>
        {address}
      </a>
      <Button
        small
        icon={copied ? "check" : "link"}
        onClick={() => {
          void navigator.clipboard.writeText(address).then(() => setCopied(true));
        }}
      >
        {copied ? "Copied" : "Copy link"}
      </Button>
    </span>
  );
}
