# The image of scep-connector: docker build --build-arg VERSION=$(node -p "require('./package.json').version") -t scep-connector .
#
# Base images are pinned by their bytes; the tag beside a digest tells people which release it is. For another release take the digest of
# its index, for all platforms: docker buildx imagetools inspect node:24.21.0-bookworm.
# test/soak/dockerfile.test.ts replays these steps without Docker; it knows the instructions that stand here and no others.

FROM node:24.21.0-bookworm@sha256:64af3819f9275802414d7cdc38c27e9d82bd564dec4d4da87d008255d36c63b4 AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The compiler needs nothing that is native.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && chmod 755 dist/main.js && rm -f dist/.tsbuildinfo

# The whole Debian image once more, since pkcs11js is compiled: python3, make and g++ stay behind in this stage.
FROM node:24.21.0-bookworm@sha256:64af3819f9275802414d7cdc38c27e9d82bd564dec4d4da87d008255d36c63b4 AS dependencies
WORKDIR /app
# The headers of Node.js that came with the image, instead of a download.
ENV npm_config_nodedir=/usr/local
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
# What is optional and does not build, npm leaves out in silence.
RUN node -e "require('pkcs11js')"
# What is installed, for scanners. npm would miss the packages that development needs as well.
RUN npm pkg delete devDependencies && npm run --silent sbom > sbom.cdx.json

FROM node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
ARG VERSION=0.0.0-dev
LABEL org.opencontainers.image.title="scep-connector" \
      org.opencontainers.image.description="A SCEP (RFC 8894) server backed by a private CA" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
ENV NODE_ENV=production
ENV PATH=/app/bin:$PATH
WORKDIR /app
# The program by its name, for docker exec and kubectl exec; and the data directory, the one place that is written to.
RUN mkdir bin data && ln -s ../dist/main.js bin/scep-connector && chown 65532:65532 data
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=dependencies /app/sbom.cdx.json ./
COPY --from=build /app/dist ./dist
COPY package.json LICENSE NOTICE CHANGELOG.md ./
# A number, since Kubernetes cannot tell of a name whether it is root's.
USER 65532:65532
VOLUME /app/data
EXPOSE 8080 8081 9090
STOPSIGNAL SIGTERM
# Whoever runs it asks /livez and /readyz.
HEALTHCHECK NONE
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve"]
