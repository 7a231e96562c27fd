/** A policy of the kind `document` with one rule under this condition; `more` goes beside the rules, in YAML. */
export function documentPolicy(expression: string, more = ''): string {
  return `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: document
  version: default
${more.replaceAll(/^(?=.)/gm, '  ')}
  rules:
    - name: request-by-a-principal
      actions: [read]
      effect: EFFECT_ALLOW
      roles: [user]
      condition:
        match:
          expr: ${JSON.stringify(expression)}
`;
}
