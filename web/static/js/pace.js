// Long work in slices: whoever has worked for a while lets the page answer its reader first.

const MOST_MILLISECONDS = 25;

export class Pace {
  constructor() {
    this.began = performance.now();
  }

  /** Resolves at once, or in a new task where this slice has been long enough. */
  async breathe() {
    if (performance.now() - this.began < MOST_MILLISECONDS) return;
    await nextTask();
    this.began = performance.now();
  }
}

/** Resolves in a new task, after what waits to be drawn or answered. */
export function nextTask() {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(0);
  });
}
