/** What a program that is started here sees of the environment: the variables of its parent may hold secrets. */
export function bareEnvironment(): Record<string, string> {
  const kept = ['PATH', 'TZ', 'TMPDIR', 'LD_LIBRARY_PATH'].flatMap((key) => {
    // oxlint-disable-next-line node/no-process-env -- handed on to a child, not read as configuration
    const value = process.env[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return { ...Object.fromEntries(kept), LANG: 'C.UTF-8' };
}
