# syntax=docker/dockerfile:1
# docker build -t orchestrator:0.1.0-local .
# docker build -t orchestrator:0.1.0-orleans --build-arg ENGINE=Orleans .

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG ENGINE=Local
# The git commit that GetOrchestratorVersion tells; the repository itself is not in here.
ARG REVISION=unknown
WORKDIR /source
COPY .editorconfig global.json BannedSymbols.txt Directory.Build.props Directory.Build.targets Directory.Packages.props Engine.props ./
COPY src/ src/
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish src/Silo -c Release -p:Engine=$ENGINE -p:SourceRevisionId=$REVISION -o /app

# Ubuntu, for its glibc: the bundled SQLite needs one.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble AS run
# Without it the runtime would want to write a socket for debuggers to /tmp: now the root file system may be read-only.
ENV DOTNET_EnableDiagnostics=0
# The user that the base image has for programs, by its number, so that it can be checked not to be root.
RUN install --directory --owner=1654 --group=1654 --mode=0700 /var/lib/orchestrator
USER 1654:1654
WORKDIR /app
COPY --from=build /app ./
VOLUME /var/lib/orchestrator
EXPOSE 8090
# For compose; Kubernetes asks for itself. The image has bash and no curl.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8090 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["dotnet", "orchestrator.dll"]
CMD ["--urls", "http://0.0.0.0:8090", "--data", "/var/lib/orchestrator"]
