# The service alone: PostgreSQL and Cerbos are servers of their own here (see docker-compose.yml),
# so the optional packages, which carry their binaries and a Node for older machines, stay out.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages packages
RUN npm ci --omit=dev --omit=optional

# What examines policies before the Cerbos of others decides by them has a Cerbos of its own.
FROM dependencies AS admission
RUN npm ci --omit=dev && install -d -o node -g node -m 0700 /data
COPY policies policies
COPY policy-tests policy-tests
COPY src src
USER 1000:1000
CMD ["node", "src/cli.ts", "policy", "admit", "/policies"]

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
RUN install -d -o node -g node -m 0700 /data
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY packages packages
COPY policies policies
COPY src src
# By number, so that Kubernetes can tell that it is not root (runAsNonRoot): the image's own user node.
USER 1000:1000
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
