/** What this page knows of its connection without asking: whether the browser has a network, and whether the stream of changes broke off. */
let isStreamLost = false;

export const noteStream = (isLost: boolean): void => {
  isStreamLost = isLost;
};

export const isDoubted = (): boolean => isStreamLost || !navigator.onLine;
