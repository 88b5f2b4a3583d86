# The official Fluent Bit with prescore in it. Both files keep their link: a folder is copied, not its files.
#   docker build --build-arg FLUENT_BIT=5.1.1 -t fluent-bit-prescore:5.1.1 .
# Your configuration goes to /fluent-bit/etc; mount it, or start from what is there.
ARG FLUENT_BIT=5.1.1

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN make build \
 && mkdir -p /out/lib /out/bin /out/etc /out/state /out/scored \
 && cp -P build/flb-filter_prescore.so build/out_prescore.so /out/lib/ \
 && cp build/prescore /out/bin/ \
 && cp -r conf/prescore.toml conf/tables /out/etc/ \
 && sed -e 's|=/etc/fluent-bit/|=/fluent-bit/etc/|' -e 's|=/var/lib/fluent-bit|=/fluent-bit/state|' -e 's|=/var/log/prescore|=/fluent-bit/scored|' conf/fluent-bit.conf > /out/etc/fluent-bit.conf \
 && sed -e 's|/usr/lib/fluent-bit|/fluent-bit/lib|' conf/plugins.conf > /out/etc/plugins.conf

FROM cr.fluentbit.io/fluent/fluent-bit:${FLUENT_BIT}
COPY --from=build /out/ /fluent-bit/
CMD ["/fluent-bit/bin/fluent-bit", "-c", "/fluent-bit/etc/fluent-bit.conf"]
