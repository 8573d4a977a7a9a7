# syntax=docker/dockerfile:1
# The image of Wayleave. Without a container engine, `npm run image` makes one from the last stage of this very file: see
# docs/operations/image.md.

# The Node of package-lock.json: what the tests ran on is what runs. A test compares the two.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-trixie-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
# No install scripts: nothing of what they fetch goes into the image.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY . .
ARG COMMIT=unknown
RUN node scripts/build.ts --commit "${COMMIT}"

# glibc, libstdc++, CA certificates, and a user 65532: no shell, no package manager.
FROM gcr.io/distroless/cc-debian13:nonroot
ARG VERSION=0.1.0
ARG COMMIT=unknown
LABEL org.opencontainers.image.title="wayleave" \
      org.opencontainers.image.description="A Kubernetes operator that sells and keeps VLESS VPN subscriptions" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}"
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /src/dist /app

# For `kubectl exec … -- wayleave …`.
ENV PATH=/app/bin:/usr/local/bin:/usr/bin:/bin
# glibc gives each thread a heap of its own and keeps what they free.
ENV MALLOC_ARENA_MAX=2

# Numeric, so that Kubernetes can prove that it is not root.
USER 65532:65532
WORKDIR /
# Operator and health, subscriptions and health, bot and health.
EXPOSE 9081 9080 9082 9083 9084
STOPSIGNAL SIGTERM

# docs/operations/image.md says what each flag is worth. No HEALTHCHECK: which question is the right one depends on the
# command, and Kubernetes asks /healthz and /readyz itself. For other engines there is `wayleave health <command>`.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=4", "--no-wasm-tier-up", "--no-wasm-dynamic-tiering", "/app/wayleave.mjs"]
CMD ["--help"]
