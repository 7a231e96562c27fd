/** How a Cerbos is configured that serves a folder on Unix sockets: strict, and quiet. */
export function serverConfiguration(policyDir: string, sockets: { grpc: string; http: string }): object {
  return {
    server: {
      grpcListenAddr: `unix:${sockets.grpc}`,
      httpListenAddr: `unix:${sockets.http}`,
      requestLimits: { maxResourcesPerRequest: 500, maxActionsPerResource: 50 },
    },
    storage: { driver: 'disk', disk: { directory: policyDir, watchForChanges: false } },
    schema: { enforcement: 'reject' },
    // Otherwise a missing attribute in a DENY's condition lets an ALLOW stand.
    engine: { strictEvaluation: true },
    audit: { enabled: false },
    telemetry: { disabled: true },
  };
}
