const PROGRAMS = /^\/(?:v1|access|openapi\.json|metrics|healthz|readyz|\.well-known)(?:\/|$)/;

/** Whether programs call a path, not browsers: its errors are problems, whoever asks. */
export function isForPrograms(path: string): boolean {
  return PROGRAMS.test(path);
}
