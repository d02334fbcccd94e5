# Another base image needs Node 24 with npm, and a shell for npm's scripts.
ARG BASE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
# The only install script would download another Node.
RUN ["npm", "ci", "--ignore-scripts"]
COPY src src
RUN ["npm", "run", "build"]
# Installs again, because `npm prune` leaves empty folders.
RUN ["npm", "ci", "--omit=dev", "--ignore-scripts"]
RUN ["node", "--eval", "fs.mkdirSync('data')"]

FROM ${BASE}
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
# A new volume gets the owner of the folder that it is mounted on.
COPY --from=build --chown=1000:1000 /build/data /data
VOLUME /data
# A number, because runAsNonRoot in Kubernetes cannot check a user name.
USER 1000:1000
EXPOSE 9989
# With one malloc arena per thread, each would keep its own free memory. Without a fixed threshold, glibc would soon keep even the
# buffers of whole responses: it raises the threshold to the largest buffer that was freed.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=131072
# Uses the default address and plain HTTP. If you set --web.listen-address or --web.config.file, pass the same value here.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "dist/main.js", "healthcheck"]
# Without a shell, so that Node receives signals directly.
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve", "--storage.path=/data"]

# Last, because a new revision invalidates the cache of all later steps.
ARG BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
ENV WOLKVOX_EXPORTER_REVISION=${REVISION}
LABEL org.opencontainers.image.title="wolkvox-exporter" \
      org.opencontainers.image.description="Prometheus exporter for the wolkvox contact centre" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="${BASE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
