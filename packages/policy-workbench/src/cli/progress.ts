/** Says on standard error how far a long command is: over and over in one line on a terminal, else now and then. */
export function progressLine(): { show: (text: string) => void; end: () => void } {
  const { isTTY } = process.stderr;
  const pauseMs = isTTY ? 100 : 2000;
  let last = -Infinity;
  return {
    show: (text) => {
      const now = performance.now();
      if (now - last < pauseMs) return;
      last = now;
      process.stderr.write(isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
    },
    end: () => {
      if (isTTY && last > -Infinity) process.stderr.write('\r\u001b[2K');
    },
  };
}
