// How long a key takes until the screen shows it, measured in the page.

/**
 * Types `keys` letters into the focused field, one after the other, and gives the milliseconds from each key event to the end of the
 * frame that shows it, sorted.
 */
export async function typing(page, keys = 150) {
  await page.evaluate(() => {
    window.typed = [];
    const channel = new MessageChannel();
    const waiting = [];
    channel.port1.onmessage = () => window.typed.push(performance.now() - waiting.shift());
    // The event's own time stamp is when the browser got it, before any script ran.
    addEventListener(
      "keydown",
      (event) => {
        const began = event.timeStamp;
        // A message posted within a frame is handled after that frame was painted.
        requestAnimationFrame(() => (waiting.push(began), channel.port2.postMessage(0)));
      },
      { capture: true },
    );
  });
  for (let i = 0; i < keys; i += 1) {
    await page.keyboard.press(i % 7 === 6 ? "Space" : String.fromCharCode(97 + (i % 26)));
    await page.waitForFunction((n) => window.typed.length >= n, i + 1);
  }
  return page.evaluate(() => window.typed.sort((a, b) => a - b));
}

/** The smallest value that at least `share` of the sorted values do not exceed. */
export const percentile = (sorted, share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
