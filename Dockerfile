# Another base can be given where this one is not to be had; it needs Node 24 with npm, and a shell for npm's scripts.
ARG BASE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
# Without scripts: the one there is would bring a Node of its own.
RUN ["npm", "ci", "--ignore-scripts"]
COPY src src
RUN ["npm", "run", "build"]
# Anew, as pruning would leave folders behind.
RUN ["npm", "ci", "--omit=dev", "--ignore-scripts"]
RUN ["node", "--eval", "fs.mkdirSync('data')"]

FROM ${BASE}
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
# A new volume takes over the owner of the folder that it covers.
COPY --from=build --chown=1000:1000 /build/data /data
VOLUME /data
# By number: Kubernetes cannot tell from a name that it is not root.
USER 1000:1000
EXPOSE 9989
# One arena of the C library for all threads, as each of its own would hold on to what is free in it.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=1
# Asks at the default address; with another --web.listen-address give it the same.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "dist/main.js", "healthcheck"]
# No shell between: Node is told itself when it is to end.
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve", "--storage.path=/data"]

# At the end, as a new revision makes all that comes after it anew.
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
