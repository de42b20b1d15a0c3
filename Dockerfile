# syntax=docker/dockerfile:1
# The program in an image that has nothing else: no shell, no package manager.
#
#   docker build --tag unitune .
#   docker run --read-only --volume /tmp --publish 127.0.0.1:8080:8080 --env-file unitune.env \
#     --volume ./unitune.toml:/etc/unitune/config.toml:ro unitune

FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --config deploy/dist.toml --locked --profile dist --package unitune-cli \
        --features otlp \
    && deploy/image.sh target/dist/unitune /image

FROM scratch
COPY --from=build /image /
ENV UNITUNE_CONFIG=/etc/unitune/config.toml
USER 65532:65532
EXPOSE 8080
# Asks the gateway itself: there is no other HTTP client in the image.
HEALTHCHECK --interval=10s --timeout=6s --start-period=5s --retries=3 \
    CMD ["/usr/bin/unitune", "serve", "--check", "--addr", "127.0.0.1:8080"]
ENTRYPOINT ["/usr/bin/unitune"]
CMD ["serve", "--addr", "0.0.0.0:8080", "--log", "info"]
