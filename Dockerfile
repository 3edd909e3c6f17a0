# docker build .                  meshctl alone
# docker build --target tools .   with git, helm and kustomize, for charts, kustomizations and --since
FROM python:3.13-slim AS build
COPY . /source
RUN bash /source/packaging/install /opt/meshctl cluster webhook

# The checksum database of Go vouches for both.
FROM golang:1.27 AS renderers
RUN CGO_ENABLED=0 go install helm.sh/helm/v3/cmd/helm@v3.22.0 \
    && CGO_ENABLED=0 go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.3

FROM python:3.13-slim AS slim
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=https://git.example.com/meshctl
LABEL org.opencontainers.image.title="meshctl" \
      org.opencontainers.image.description="Finds what is wrong with an Istio mesh, from its manifests" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /opt/meshctl /opt/meshctl
RUN ln -s /opt/meshctl/bin/meshctl /opt/meshctl/bin/kubectl-mesh /usr/local/bin/
ENV HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["meshctl"]

FROM slim AS tools
USER 0
# The release of Debian decides the version of git, and mends it.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    # A mounted repository belongs to somebody else.
    && git config --system --add safe.directory '*'
COPY --from=renderers /go/bin/helm /go/bin/kustomize /usr/local/bin/
USER 65532:65532

# The last stage is what `docker build .` makes.
FROM slim
